using System.Text.Json;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Image files that a list names with their classes: CSV with a header (<c>.csv</c>) or an object a line (<c>.jsonl</c>). Paths are
/// seen from the list's folder. Which columns hold the path and the class may be said (<c>?path=file&amp;label=species</c>).
/// </summary>
public sealed class ListSource : FileSource
{
    private static readonly string[] s_extensions = [".csv", ".jsonl", ".ndjson"];
    private static readonly string[] s_paths = ["path", "file", "file_name", "filename", "image", "image_path"];
    private static readonly string[] s_labels = ["label", "class", "cls", "target", "category"];

    private ListSource(string name, NameTable files, int[] labels, IReadOnlyList<string> classes)
        : base(name, Path.GetDirectoryName(Path.GetFullPath(name))!, files, labels, classes)
    {
    }

    /// <summary>Whether a file's name is that of a list.</summary>
    public static bool Is(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a list. Whether its files are there is found out when they are read.</summary>
    /// <param name="path">The list.</param>
    /// <param name="pathColumn">The column of the paths; null: the first of the usual names.</param>
    /// <param name="labelColumn">The column of the classes, likewise.</param>
    /// <exception cref="UserErrorException">It cannot be read, has no such column, or a line is none.</exception>
    public static ListSource Open(string path, string? pathColumn = null, string? labelColumn = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        var files = new NameTable();
        var labels = new List<string>();
        try
        {
            using var text = new StreamReader(path);
            bool csv = Path.GetExtension(path).Equals(s_extensions[0], StringComparison.OrdinalIgnoreCase);
            foreach ((string file, string label) in csv ? Csv(text, path, pathColumn, labelColumn) : Json(text, path, pathColumn, labelColumn))
            {
                files.Add(file);
                labels.Add(label);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(path, error);
        }

        if (labels.Count == 0)
        {
            throw new UserErrorException($"{path}: names no images");
        }

        files.Trim();
        (int[] numbers, IReadOnlyList<string> classes, _) = ClassNumbers.Of(labels, path);
        return new ListSource(path, files, numbers, classes);
    }

    private static IEnumerable<(string File, string Label)> Csv(TextReader text, string path, string? pathColumn, string? labelColumn)
    {
        var reader = new CsvReader(text);
        List<string> header = Row(reader, path) ?? throw new UserErrorException($"{path}: is empty; its first line must name the columns");
        int file = Column(header, path, "path", pathColumn, s_paths), label = Column(header, path, "label", labelColumn, s_labels);
        while (Row(reader, path) is { } row)
        {
            if (row.Count != header.Count)
            {
                throw new UserErrorException($"{path}({reader.Line}): has {Counted.Of(row.Count, "field")}, and the first line names {header.Count}; mend the line (a field with a comma stands in quotes), or remove it");
            }

            yield return (row[file], Named(row[label], path, reader.Line));
        }
    }

    private static List<string>? Row(CsvReader reader, string path)
    {
        try
        {
            return reader.Next();
        }
        catch (FormatException error)
        {
            throw new UserErrorException($"{path}({reader.Line}): {error.Message}", error);
        }
    }

    private static IEnumerable<(string File, string Label)> Json(TextReader text, string path, string? pathColumn, string? labelColumn)
    {
        string? file = null, label = null;
        long number = 0;
        while (text.ReadLine() is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            Dictionary<string, JsonElement> row;
            try
            {
                row = JsonSerializer.Deserialize(line, SourceJson.Default.DictionaryStringJsonElement) ?? [];
            }
            catch (JsonException error)
            {
                throw new UserErrorException($"{path}({number}): no JSON object: {SourceTrouble.Of(error)}; mend the line, or remove it", error);
            }

            if (file is null)
            {
                string[] names = [.. row.Keys];
                file = names[Column(names, path, "path", pathColumn, s_paths)];
                label = names[Column(names, path, "label", labelColumn, s_labels)];
            }

            yield return (Value(row, file, path, number), Named(Value(row, label!, path, number), path, number));
        }
    }

    private static string Value(Dictionary<string, JsonElement> row, string name, string path, long line) =>
        row.TryGetValue(name, out JsonElement value) && value.ValueKind is JsonValueKind.String or JsonValueKind.Number
            ? value.ToString()
            : throw new UserErrorException($"{path}({line}): has no '{name}' that is a text or a number; add it, or remove the line");

    private static string Named(string label, string path, long line) =>
        label.Length > 0 ? label : throw new UserErrorException($"{path}({line}): names no class; add it, or remove the line");

    private static int Column(IReadOnlyList<string> names, string path, string option, string? wanted, string[] usual)
    {
        foreach (string name in wanted is null ? usual : [wanted])
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (names[i].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                {
                    return i;
                }
            }
        }

        string columns = string.Join(", ", names.Select(name => $"'{name.Trim()}'"));
        throw new UserErrorException(wanted is null
            ? $"{path}: no column is called {string.Join(", ", usual[..^1])} or {usual[^1]}; it has {columns}; name one by '?{option}=NAME'"
            : $"{path}: there is no column '{wanted}'; it has {columns}; name one of them by '?{option}=NAME'");
    }
}
