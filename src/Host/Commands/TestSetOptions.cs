using System.CommandLine;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Commands;

/// <summary>The options by which a command is told what to score on and how: test sets and where they are, test images.</summary>
internal sealed class TestSetOptions
{
    /// <summary>Where ImageNet's validation images are, for weights that know no recipe.</summary>
    public const string ValVariable = "STREAMTRAINER_IMAGENET_VAL";

    /// <summary>ReaL's file.</summary>
    public const string RealVariable = "STREAMTRAINER_IMAGENET_REAL";

    /// <summary>ImageNet-V2.</summary>
    public const string V2Variable = "STREAMTRAINER_IMAGENET_V2";

    private readonly Option<string?> _on = SharedOptions.Text("--on", "SETS", "Test sets: val, real (ReaL's labels for the same images), v2 (ImageNet-V2), or several as val,real,v2; by default val.");
    private readonly Option<string?> _val = SharedOptions.Text("--val", "PATH", $"Where val's images are; by default the recipe's data.val, or what {ValVariable} says.");
    private readonly Option<string?> _real = SharedOptions.Text("--real", "FILE", $"ReaL's real.json; by default what {RealVariable} says.");
    private readonly Option<string?> _v2 = SharedOptions.Text("--v2", "PATH", $"Where ImageNet-V2 is, its folders called 0 to 999; by default what {V2Variable} says.");
    private readonly Option<string?> _resolutions = SharedOptions.Text("--resolutions", "LIST", "Sides of the test image: 224, 160,224, 128..384 (every 32), 128..384:64; by default the recipe's.");
    private readonly Option<string?> _crops = SharedOptions.Text("--crops", "LIST", "Crop percentages: 0.95, or several as 0.875,0.9,0.95,1.0; by default the recipe's.");
    private readonly Option<TestTimeAugmentation?> _tta = SharedOptions.Choice<TestTimeAugmentation>("--tta", "none|flip|flipTranslate", "Test-time augmentation, as eval.tta of a recipe: flip takes the mean of an image's logits and its mirror image's.");
    private readonly Option<string?> _save = SharedOptions.Text("--save", "DIR", "Where predictions are kept; by default in the run's evaluations/, for weights that are no run's in the cache. Those of --against lie in its against/.");

    public TestSetOptions() => _val.Aliases.Add("--data");

    /// <summary>Gives a command all of them.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_on);
        AddPlaces(command);
        foreach (Option option in (Option[])[_resolutions, _crops, _tta])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Gives a command those that say where things are.</summary>
    public void AddPlaces(Command command)
    {
        foreach (Option option in (Option[])[_val, _real, _v2, _save])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Whether the recipe's data is used: nothing else says where val's images are.</summary>
    public bool WantsRecipesData(ParseResult parsed) => parsed.GetValue(_val) is null && Sets(parsed).Any(set => TestSet.ImagesOf(set) == TestSet.Val);

    /// <summary>What is to be scored.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="recipe">The model's recipe.</param>
    /// <param name="fold">Whether norms are folded.</param>
    /// <exception cref="UserErrorException">A word is wrong, or nobody says where a set is.</exception>
    public EvaluationPlan Plan(ParseResult parsed, Recipe recipe, bool fold)
    {
        IReadOnlyList<string> sets = Sets(parsed);
        string? named = parsed.GetValue(_val), own = recipe.Data.Val;
        // Other data than the recipe's are not its validation set, unless that is said.
        if (named is not null && own is not null && parsed.GetValue(_on) is null && !Same(named, own))
        {
            sets = [NameOf(named)];
        }

        return At(parsed, sets, own) with
        {
            Resolutions = parsed.GetValue(_resolutions) is { } resolutions ? GridOptions.Resolutions(resolutions) : null,
            Crops = parsed.GetValue(_crops) is { } crops ? GridOptions.Crops(crops) : null,
            Tta = parsed.GetValue(_tta),
            Fold = fold,
        };
    }

    /// <summary>Sets at one test image, as they are, of weights without a recipe.</summary>
    /// <exception cref="UserErrorException">Nobody says where a set is.</exception>
    public EvaluationPlan PlanOf(ParseResult parsed, IReadOnlyList<string> sets, EvaluationCell cell) =>
        At(parsed, sets, null) with { Resolutions = [cell.Resolution], Crops = [cell.CropPct], Tta = TestTimeAugmentation.None };

    private EvaluationPlan At(ParseResult parsed, IReadOnlyList<string> sets, string? recipes) => new()
    {
        Sets = sets,
        Locations = sets.Select(TestSet.ImagesOf).Distinct(StringComparer.Ordinal).ToDictionary(set => set, set => Where(parsed, set, recipes), StringComparer.Ordinal),
        RealFile = sets.Contains(TestSet.Real)
            ? parsed.GetValue(_real) ?? Variable(RealVariable) ?? throw new UserErrorException($"--on {TestSet.Real}: nobody says where ReaL's labels are; name real.json with --real or {RealVariable}")
            : null,
        Save = parsed.GetValue(_save),
    };

    private string Where(ParseResult parsed, string set, string? recipes) => set == TestSet.V2
        ? parsed.GetValue(_v2) ?? Variable(V2Variable) ?? throw new UserErrorException($"--on {set}: nobody says where ImageNet-V2 is; name its folder (imagenetv2-matched-frequency-format-val) with --v2 or {V2Variable}")
        : parsed.GetValue(_val) ?? recipes ?? Variable(ValVariable) ?? throw new UserErrorException($"nobody says where the validation set is: name what to score on with --val or {ValVariable}");

    private IReadOnlyList<string> Sets(ParseResult parsed) => TestSet.Parse(parsed.GetValue(_on) ?? TestSet.Val);

    private static bool Same(string one, string other) => Pipeline.Sources.SampleSources.Rooted(one) == Pipeline.Sources.SampleSources.Rooted(other);

    /// <summary>A word for some data: the last part of where they are, as far as a file may be called so.</summary>
    private static string NameOf(string location)
    {
        string last = Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(location.Split('?')[0]));
        string name = string.Concat(last.Select(letter => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-' or '.' ? letter : '-')).Trim('.', '-');
        return name is "" or TestSet.Real or TestSet.V2 ? "data" : name;
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
