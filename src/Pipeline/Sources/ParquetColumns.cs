using System.Text.Json;
using Parquet;
using Parquet.Schema;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which columns of a Parquet file hold the images and their classes, and how the classes are called.</summary>
/// <param name="Image">The images' bytes.</param>
/// <param name="Label">The classes: whole numbers or texts.</param>
/// <param name="ClassNames">The classes' names where the file says them, as Hugging Face's do; otherwise null.</param>
internal sealed record ParquetColumns(DataField Image, DataField Label, IReadOnlyList<string>? ClassNames)
{
    private const string Bytes = "bytes", Text = "texts", Number = "whole numbers";

    private static readonly string[] s_images = ["image", "img", "jpg", "image_bytes", "bytes"];
    private static readonly string[] s_labels = ["label", "labels", "class", "cls", "target"];

    /// <summary>Finds them.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="path">Its name, for messages.</param>
    /// <param name="image">The column of the images; null: one of the usual names.</param>
    /// <param name="label">The column of the classes, likewise.</param>
    /// <exception cref="UserErrorException">There is no such column.</exception>
    public static ParquetColumns Find(ParquetReader reader, string path, string? image, string? label)
    {
        DataField[] fields = reader.Schema.GetDataFields();
        // Hugging Face's images are a structure of bytes and path.
        DataField images = Choose(image is null ? s_images : [image], "path", image, Bytes);
        DataField labels = Choose(label is null ? s_labels : [label], "label", label, Number, Text);
        return new ParquetColumns(images, labels, Names(reader, labels.Name));

        DataField Choose(string[] names, string option, string? wanted, params string[] kinds)
        {
            foreach (string name in names)
            {
                if (fields.FirstOrDefault(field => field.Path.FirstPart == name && kinds.Contains(KindOf(field))) is { } found)
                {
                    return found;
                }
            }

            string columns = string.Join(", ", fields.Select(field => $"'{field.Path}' ({KindOf(field)})"));
            throw new UserErrorException(wanted is null
                ? $"{path}: no column of the right kind is called {string.Join(", ", names[..^1])} or {names[^1]}; it has {columns}; name one by '?{option}=NAME'"
                : $"{path}: there is no column '{wanted}' that holds {string.Join(" or ", kinds)}; it has {columns}; name one of them by '?{option}=NAME'");
        }
    }

    /// <summary>Whether a column holds texts.</summary>
    public static bool IsText(DataField field) => KindOf(field) == Text;

    private static string KindOf(DataField field) => field.ClrType switch
    {
        var type when type == typeof(byte[]) || type == typeof(ReadOnlyMemory<byte>) => Bytes,
        var type when type == typeof(string) || type == typeof(ReadOnlyMemory<char>) => Text,
        var type when type == typeof(long) || type == typeof(int) || type == typeof(short) || type == typeof(byte) => Number,
        var type => type.Name,
    };

    /// <summary>The names in Hugging Face's description of the columns: <c>info.features.label.names</c>.</summary>
    private static string[]? Names(ParquetReader reader, string column)
    {
        if (reader.CustomMetadata is not { } all || !all.TryGetValue("huggingface", out string? text))
        {
            return null;
        }

        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.TryGetProperty("info", out JsonElement info) && info.TryGetProperty("features", out JsonElement features)
                && features.TryGetProperty(column, out JsonElement feature) && feature.TryGetProperty("names", out JsonElement names) && names.ValueKind == JsonValueKind.Array
                ? [.. names.EnumerateArray().Select(name => name.ToString())]
                : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
