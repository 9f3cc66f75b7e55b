using System.Globalization;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Timm;

/// <summary>What an <c>args.yaml</c> says: values by timm's names; a key that is not there has timm's default.</summary>
internal sealed class TimmArgs
{
    private readonly MapNode _map;
    private readonly string _name;
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);
    private readonly List<TimmDifference> _differences = [];

    private TimmArgs(MapNode map, string name) => (_map, _name) = (map, name);

    /// <summary>The keys of the file, in its order.</summary>
    public IEnumerable<string> Keys => _map.Entries.Select(entry => entry.Key);

    /// <summary>The keys that were asked for.</summary>
    public IReadOnlySet<string> ReadKeys => _read;

    /// <summary>What was asked for and could not be said in a recipe.</summary>
    public IReadOnlyList<TimmDifference> Differences => _differences;

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or is no YAML of keys.</exception>
    public static TimmArgs Read(string path)
    {
        var errors = new RecipeErrors();
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"there is no '{path}'; name the args.yaml that timm's train.py has written into its output folder", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new UserErrorException($"'{path}' cannot be read: {error.Message}", error);
        }

        MapNode? map = YamlReader.ReadDocument(text, path, errors);
        errors.ThrowIfAny(path);
        return map is { Entries.Count: > 0 }
            ? new TimmArgs(map, path)
            : throw new UserErrorException($"{path}: has no keys; name the args.yaml that timm's train.py has written into its output folder");
    }

    /// <summary>A value as text: <c>null</c> for none, lists as <c>[1, 2]</c>, sections as <c>{...}</c>; timm's default where it is not there.</summary>
    public string ValueOf(string key) => _map.Find(key) is { } entry ? Show(entry.Value) : TimmOptions.ByKey.TryGetValue(key, out TimmOption? option) ? option.Default : "null";

    /// <summary>A text; null for none and for an empty one.</summary>
    public string? Text(string key) => Value(key) is var value && value is "null" or "" ? null : value;

    /// <summary>Whether it is on.</summary>
    public bool Flag(string key) => Value(key) switch
    {
        "true" or "True" => true,
        "false" or "False" or "null" or "" => false,
        var other => throw Wrong(key, other, "true or false"),
    };

    /// <summary>A number; null for none.</summary>
    public double? Number(string key) => Text(key) is { } text ? Number(key, text) : null;

    /// <summary>A whole number; null for none. timm has some of them as <c>3.0</c>.</summary>
    public int? Whole(string key) => Number(key) is not { } number ? null
        : number == Math.Round(number) && Math.Abs(number) <= int.MaxValue ? (int)number : throw Wrong(key, ValueOf(key), "a whole number");

    /// <summary>A list of numbers, or one number; null for none.</summary>
    public IReadOnlyList<double>? Numbers(string key)
    {
        string text = Value(key);
        return text is "null" or "" or "[]" ? null : [.. text.Trim('[', ']').Split(',', StringSplitOptions.TrimEntries).Select(part => Number(key, part))];
    }

    /// <summary>Says that a value has no equal here.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason">Why, and what stands in the recipe instead.</param>
    public void Differs(string key, string reason) => _differences.Add(new TimmDifference(key, ValueOf(key), reason));

    /// <summary>A mistake in the file, with its place.</summary>
    public UserErrorException Wrong(string key, string found, string allowed) =>
        new($"{_map.Find(key)?.Value.Place.ToString() ?? _name}: {key}: found '{found}'; allowed: {allowed}");

    private string Value(string key)
    {
        _read.Add(key);
        return ValueOf(key);
    }

    private double Number(string key, string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : throw Wrong(key, text, "a number");

    private static string Show(RecipeNode node) => node switch
    {
        ScalarNode { IsNull: true } => "null",
        ScalarNode scalar => scalar.Text,
        ListNode list => $"[{string.Join(", ", list.Items.Select(Show))}]",
        MapNode map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{entry.Key}: {Show(entry.Value)}"))}}}",
        _ => "",
    };
}

/// <summary>A key whose value the recipe does not have.</summary>
/// <param name="Key">timm's key.</param>
/// <param name="Value">Its value.</param>
/// <param name="Reason">Why, and what to do.</param>
internal sealed record TimmDifference(string Key, string Value, string Reason);
