using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StreamTrainer.Host.Recipes;

/// <summary>YAML text to nodes that know their places. Anchors and aliases work; tags have no meaning in a recipe.</summary>
internal sealed class YamlReader
{
    // Deeper than any recipe; without a limit a hostile file would end the process by its stack.
    private const int MaxDepth = 32;

    private readonly string _text;
    private readonly string _source;
    private readonly Parser _parser;
    private readonly RecipeErrors _errors;
    private readonly Place? _fixedPlace;
    private readonly DocumentKind _kind;
    private readonly Dictionary<string, RecipeNode> _anchors = [];

    private YamlReader(string text, string source, Place? fixedPlace, DocumentKind kind, RecipeErrors errors)
    {
        _text = text;
        _source = source;
        _parser = new Parser(new StringReader(text));
        _errors = errors;
        _fixedPlace = fixedPlace;
        _kind = kind;
    }

    /// <summary>Reads a file's text, which must hold one section or nothing; null (and an error) where it is not YAML.</summary>
    public static MapNode? ReadDocument(string text, string source, RecipeErrors errors) => ReadDocument(text, source, DocumentKind.Recipe, errors);

    /// <summary>The same of another kind of file.</summary>
    public static MapNode? ReadDocument(string text, string source, DocumentKind kind, RecipeErrors errors)
    {
        var start = new Place(source, 1, 1);
        switch (new YamlReader(text, source, null, kind, errors).Read(out bool failed))
        {
            case MapNode map:
                return map;
            case null when failed:
                return null;
            case null or ScalarNode { IsNull: true }:
                return new MapNode([], start);
            case var other:
                errors.Add(other.Place, $"a {kind.Noun} is keys with values, as '{kind.Example}'; found {other.Found}");
                return null;
        }
    }

    /// <summary>Reads a value that stands in an override; null (and an error) where it is not YAML.</summary>
    public static RecipeNode? ReadValue(string text, Place place, RecipeErrors errors) =>
        new YamlReader(text, place.Source, place, DocumentKind.Recipe, errors).Read(out _);

    private RecipeNode? Read(out bool failed)
    {
        failed = false;
        try
        {
            _parser.Consume<StreamStart>();
            if (!_parser.TryConsume<DocumentStart>(out _))
            {
                return null;
            }

            RecipeNode node = ReadNode(0);
            _parser.Consume<DocumentEnd>();
            if (_parser.Accept<DocumentStart>(out var second))
            {
                _errors.Add(At(second.Start), $"a second YAML document ('---'); a {_kind.Noun} is one");
            }

            return node;
        }
        catch (YamlException error)
        {
            failed = true;
            NotYaml(At(error.Start), Sentence(error.Message));
            return null;
        }
        catch (Exception error) when (error is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The library's scanner fails in its own way on some texts, as on a list whose bracket is never closed.
            failed = true;
            NotYaml(At(_parser.Current?.End ?? new Mark(0, 1, 1)), "it cannot be parsed from here on; a bracket, brace or quote may be left open");
            return null;
        }
    }

    private void NotYaml(Place place, string reason)
    {
        int tab = Array.FindIndex(_text.Split('\n'), line => line[..^line.TrimStart().Length].Contains('\t', StringComparison.Ordinal));
        if (tab >= 0 && _fixedPlace is null)
        {
            _errors.Add(new Place(_source, tab + 1, 1), "not YAML: the line is indented with a tab; indent with spaces");
            return;
        }

        string column = place.Line > 0
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $" (column {place.Column})")
            : "";
        _errors.Add(place, $"not YAML{column}: {reason}");
    }

    private RecipeNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "nested too deeply");
        }

        RecipeNode node;
        AnchorName anchor;
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out RecipeNode? target)
                ? target
                : throw new YamlException(alias.Start, alias.End, $"no anchor '&{alias.Value.Value}' before this alias");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            anchor = scalar.Anchor;
            node = new ScalarNode(scalar.Value, scalar.Style == ScalarStyle.Plain, At(scalar.Start));
        }
        else if (_parser.TryConsume<SequenceStart>(out var sequence))
        {
            anchor = sequence.Anchor;
            List<RecipeNode> items = [];
            while (!_parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(ReadNode(depth + 1));
            }

            node = new ListNode(items, At(sequence.Start));
        }
        else
        {
            MappingStart mapping = _parser.Consume<MappingStart>();
            anchor = mapping.Anchor;
            node = new MapNode(ReadEntries(depth), At(mapping.Start));
        }

        if (!anchor.IsEmpty)
        {
            _anchors[anchor.Value] = node;
        }

        return node;
    }

    private List<MapEntry> ReadEntries(int depth)
    {
        List<MapEntry> entries = [];
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            RecipeNode key = ReadNode(depth + 1);
            RecipeNode value = ReadNode(depth + 1);
            if (key is not ScalarNode { Text: var name })
            {
                _errors.Add(key.Place, $"a key must be a name; found {key.Found}");
            }
            else if (entries.Find(entry => entry.Key == name) is { } earlier)
            {
                _errors.Add(key.Place, $"{name}: duplicate key; it stands at {earlier.KeyPlace} already");
            }
            else
            {
                entries.Add(new MapEntry(name, key.Place, value));
            }
        }

        return entries;
    }

    private Place At(Mark mark) => _fixedPlace ?? new Place(_source, (int)mark.Line, (int)mark.Column);

    // The library's messages begin with the marks, which stand in front already, and end in a stop.
    private static string Sentence(string message)
    {
        int end = message.StartsWith('(') ? message.LastIndexOf("): ", StringComparison.Ordinal) : -1;
        string sentence = (end < 0 ? message : message[(end + 3)..]).TrimEnd('.');
        return sentence.Length == 0 ? "it cannot be parsed" : char.ToLowerInvariant(sentence[0]) + sentence[1..];
    }
}
