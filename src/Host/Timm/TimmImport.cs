using System.Globalization;
using System.Text;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Timm;

/// <summary>A recipe made of the <c>args.yaml</c> of timm's <c>train.py</c>, and what became of its keys: what <c>recipe import --json</c>
/// prints.</summary>
internal sealed record TimmImport
{
    /// <summary>The file.</summary>
    public required string File { get; init; }

    /// <summary>The recipe, YAML with every key.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>Keys whose values the recipe has, with the recipe's keys.</summary>
    public required IReadOnlyList<TimmMapping> Mapped { get; init; }

    /// <summary>Keys whose values it has not, though they change the training.</summary>
    public required IReadOnlyList<TimmDifference> NotMapped { get; init; }

    /// <summary>Keys that timm's <c>train.py</c> has not.</summary>
    public required IReadOnlyList<TimmDifference> Unknown { get; init; }

    /// <summary>Keys that ask for nothing, or for what makes no difference.</summary>
    public required IReadOnlyList<string> NotNeeded { get; init; }

    /// <summary>Whether the recipe is the whole of what the file says.</summary>
    public bool Whole => NotMapped.Count == 0 && Unknown.Count == 0;

    /// <summary>Makes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="processes">Processes that timm ran, each with <c>batch_size</c> images.</param>
    /// <exception cref="UserErrorException">The file cannot be read, a value is none that timm takes, or what it comes to is no recipe.</exception>
    public static TimmImport Of(string path, int processes)
    {
        TimmArgs args = TimmArgs.Read(path);
        Recipe recipe = Convert(args, processes);
        var import = new TimmImport
        {
            File = path,
            Mapped = [.. Known(args, TimmFate.Mapped).Where(option => !args.Differences.Any(difference => difference.Key == option.Key)).Select(option => new TimmMapping(option.Key, args.ValueOf(option.Key), option.Keys))],
            NotMapped =
            [
                .. args.Differences,
                .. Known(args, TimmFate.NotMapped).Where(option => !option.AsksForNothing(args.ValueOf(option.Key))).Select(option => new TimmDifference(option.Key, args.ValueOf(option.Key), option.Note)),
            ],
            Unknown = [.. args.Keys.Where(key => !TimmOptions.ByKey.ContainsKey(key)).Select(key => new TimmDifference(key, args.ValueOf(key), $"not an option of timm's train.py{NearestName.Question(key, TimmOptions.ByKey.Keys)}"))],
            NotNeeded = [.. args.Keys.Where(key => TimmOptions.ByKey.TryGetValue(key, out TimmOption? option) && (option.Fate == TimmFate.NotNeeded || (option.Fate == TimmFate.NotMapped && option.AsksForNothing(args.ValueOf(key)))))],
        };
        string text = import.Head(processes) + RecipeWriter.Write(recipe);
        try
        {
            RecipeLoader.Parse(text, path);
        }
        catch (UserErrorException error)
        {
            throw new UserErrorException($"{path}: what it says is no recipe that can be trained: {error.Message}", error);
        }

        return import with { Recipe = text };
    }

    /// <summary>The recipe of arguments; what it cannot say is noted in them.</summary>
    internal static Recipe Convert(TimmArgs args, int processes)
    {
        Recipe recipe = TimmModel.Apply(args, new Recipe());
        recipe = TimmAugment.Apply(args, recipe);
        return TimmTraining.Apply(args, recipe, processes);
    }

    /// <summary>What was left out, for people.</summary>
    public IEnumerable<string> Findings() =>
    [
        .. NotMapped.Select(each => Printable.Text($"not mapped: {each.Key}: {each.Value}: {each.Reason}")),
        .. Unknown.Select(each => Printable.Text($"unknown: {each.Key}: {each.Value}: {each.Reason}")),
    ];

    private static IEnumerable<TimmOption> Known(TimmArgs args, TimmFate fate) =>
        args.Keys.Select(TimmOptions.ByKey.GetValueOrDefault).OfType<TimmOption>().Where(option => option.Fate == fate);

    private string Head(int processes)
    {
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"# Imported from timm's {Printable.Text(Path.GetFileName(File))}: {Counted.Of(Mapped.Count, "key")} mapped, {NotNeeded.Count} that need nothing; for {Counted.Of(processes, "process", "processes")}.\n");
        foreach (string finding in Findings())
        {
            head.Append("# ").Append(finding).Append('\n');
        }

        return head.ToString();
    }
}

/// <summary>A key that the recipe has.</summary>
/// <param name="Key">timm's.</param>
/// <param name="Value">Its value.</param>
/// <param name="Recipe">The recipe's keys.</param>
internal sealed record TimmMapping(string Key, string Value, IReadOnlyList<string> Recipe);
