using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Recipes;

/// <summary>Everything that is wrong with a recipe, so that the user hears it all at once.</summary>
internal sealed class RecipeErrors
{
    private static readonly Place s_nowhere = new("", 0, 0);

    private readonly List<(Place Place, string Message)> _errors = [];
    private readonly HashSet<string> _failed = [];

    /// <summary>Whether there is one.</summary>
    public bool Any => _errors.Count > 0;

    /// <summary>Adds an error.</summary>
    public void Add(Place place, string message) => _errors.Add((place, message));

    /// <summary>Adds an error of a key; rules that look at the key are then not checked, as its value is not known.</summary>
    public void Add(Place place, string key, string message)
    {
        _failed.Add(key);
        _errors.Add((place, $"{key}: {message}"));
    }

    /// <summary>Adds an error whose sentence has its place already.</summary>
    public void AddWhole(string message) => _errors.Add((s_nowhere, message));

    /// <summary>Adds another recipe's errors; those that stand here already are told once.</summary>
    public void Add(RecipeErrors others) => _errors.AddRange(others._errors);

    /// <summary>Whether a key has an error.</summary>
    public bool Failed(string key) => _failed.Contains(key);

    /// <summary>Throws where there is an error: its line, or a summary and a line for each, in the order of the files.</summary>
    /// <exception cref="UserErrorException">There is one.</exception>
    public void ThrowIfAny(string recipe) => ThrowIfAny(DocumentKind.Recipe, recipe);

    /// <summary>The same for another kind of file.</summary>
    /// <exception cref="UserErrorException">There is one.</exception>
    public void ThrowIfAny(DocumentKind kind, string file)
    {
        if (_errors.Count == 0)
        {
            return;
        }

        string[] lines = [.. _errors
            .Select((error, index) => (error.Place, Text: error.Place == s_nowhere ? error.Message : $"{error.Place}: {error.Message}", index))
            .OrderBy(error => _errors.FindIndex(other => other.Place.Source == error.Place.Source))
            .ThenBy(error => error.Place.Line).ThenBy(error => error.Place.Column).ThenBy(error => error.index)
            .Select(error => error.Text)
            .Distinct()];
        throw new UserErrorException(lines.Length == 1
            ? lines[0]
            : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"the {kind.Noun} {file} has {lines.Length} errors:\n{string.Join('\n', lines)}"));
    }
}
