using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>Recipes that come with requests: found, resolved, and checked against what the server may reach. For any thread.</summary>
internal sealed class RecipeIntake
{
    private const int LongestName = 200, LongestText = 512 * 1024, MostOverrides = 200;
    private const string Extension = ".yaml";

    private readonly ServiceSettings _settings;
    private readonly ServerReach _reach;

    public RecipeIntake(ServiceSettings settings, ServicePaths paths)
    {
        _settings = settings;
        _reach = new ServerReach(settings, paths);
    }

    /// <summary>The names of the recipes that can be submitted by name.</summary>
    public IReadOnlyList<string> Names() => !Directory.Exists(_settings.Recipes) ? [] :
        [.. Directory.EnumerateFiles(_settings.Recipes, $"*{Extension}", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_settings.Recipes, file)[..^Extension.Length].Replace('\\', '/')).Where(IsName).Order(StringComparer.Ordinal)];

    /// <summary>A recipe's text; null where there is none of the name.</summary>
    public string? TextOf(string name) => Find(name) is { } path ? File.ReadAllText(path) : null;

    /// <summary>Resolves and checks a submission's recipe.</summary>
    /// <exception cref="UserErrorException">It cannot be trained here; the message has a line for each fault.</exception>
    public Recipe Check(Submission submission)
    {
        if (submission.Recipe is null == submission.Text is null)
        {
            throw new UserErrorException("either 'recipe' names a recipe of the server, or 'text' brings one");
        }

        if (submission.Set.Count > MostOverrides || submission.Text?.Length > LongestText)
        {
            throw new UserErrorException($"a recipe's text has up to {LongestText} letters, and 'set' up to {MostOverrides} keys");
        }

        LoadedRecipe loaded = submission.Text is { } text
            ? RecipeLoader.LoadText(text, Path.Combine(_settings.Recipes, "submission"), submission.Set, submission.Model, _reach)
            : RecipeLoader.Load(
                Find(submission.Recipe!) ?? throw new UserErrorException($"there is no recipe '{submission.Recipe}'{NearestName.Question(submission.Recipe!, Names())} GET /api/recipes lists them"),
                submission.Set, model: submission.Model, reach: _reach);
        _reach.Check(loaded.Recipe);
        Recipe ready = RunPreflight.Check(loaded);
        // What is to be divided among ranks must be divisible.
        StepShare.Of(ready, 0, Math.Max(1, submission.Ranks ?? 1));
        return ready;
    }

    private string? Find(string name)
    {
        string plain = name.EndsWith(Extension, StringComparison.Ordinal) ? name[..^Extension.Length] : name;
        if (!IsName(plain))
        {
            return null;
        }

        string path = Path.Combine(_settings.Recipes, plain + Extension);
        return File.Exists(path) && _reach.Refusal(path) is null ? path : null;
    }

    private static bool IsName(string name) => name.Length is > 0 and <= LongestName
        && name.Split('/').All(part => part.Length > 0 && part[0] != '.' && part.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-' or '+'));
}
