using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Images that a JSON file of COCO's kind names with their categories, as iNaturalist's <c>train2019.json</c> and <c>val2019.json</c>:
/// <c>images</c> with <c>file_name</c>, seen from the file's folder, <c>annotations</c> with <c>image_id</c> and <c>category_id</c>,
/// <c>categories</c>. Classes are numbered in the order of the categories' ids and called by their names where all have one of their own.
/// </summary>
internal static class CocoSource
{
    /// <summary>Whether a file's name is that of one.</summary>
    public static bool Is(string path) => Path.GetExtension(path).Equals(".json", StringComparison.OrdinalIgnoreCase);

    /// <summary>Opens one: images in its order.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or an image has no class or several.</exception>
    public static ISampleSource Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        CocoFile file = Parse(path);
        CocoImage[] images = file.Images is { Length: > 0 } some ? some : throw new UserErrorException($"{path}: has no 'images'; name a file of COCO's kind, as iNaturalist's train2019.json");
        CocoAnnotation[] annotations = file.Annotations is { Length: > 0 } many
            ? many
            : throw new UserErrorException($"{path}: has no 'annotations', so no classes, which is how test sets without answers are published; name the training or validation file");
        CocoCategory[] categories = [.. (file.Categories ?? [.. annotations.Select(each => each.CategoryId).Distinct().Select(id => new CocoCategory(id, null))]).OrderBy(category => category.Id)];
        Dictionary<long, int> places = [];
        foreach (CocoCategory category in categories)
        {
            if (!places.TryAdd(category.Id, places.Count))
            {
                throw new UserErrorException(Text($"{path}: category {category.Id} comes twice; download it again"));
            }
        }

        Dictionary<long, int> labels = new(annotations.Length);
        foreach (CocoAnnotation annotation in annotations)
        {
            int place = places.TryGetValue(annotation.CategoryId, out int known)
                ? known
                : throw new UserErrorException(Text($"{path}: annotation of image {annotation.ImageId} is of category {annotation.CategoryId}, which 'categories' has not; download it again"));
            if (!labels.TryAdd(annotation.ImageId, place) && labels[annotation.ImageId] != place)
            {
                throw new UserErrorException(Text($"{path}: image {annotation.ImageId} is annotated with several categories, and a classifier's image has one; name a file for classification"));
            }
        }

        bool named = categories.All(category => !string.IsNullOrWhiteSpace(category.Name)) && categories.Select(category => category.Name).Distinct(StringComparer.Ordinal).Count() == categories.Length;
        string[] classes = [.. categories.Select(category => named ? category.Name! : category.Id.ToString(CultureInfo.InvariantCulture))];
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return FileSource.Annotated(path, folder, images.Select(image =>
            (string.IsNullOrEmpty(image.FileName) ? throw new UserErrorException(Text($"{path}: image {image.Id} has no 'file_name'; download it again")) : image.FileName,
                labels.TryGetValue(image.Id, out int label) ? label : throw new UserErrorException(Text($"{path}: image {image.Id} ('{image.FileName}') has no annotation; add one, or remove the image")))),
            classes, "unpack the images beside the file (train_val2019.tar.gz of iNaturalist 2019)");
    }

    private static CocoFile Parse(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, CocoJson.Default.CocoFile) ?? new CocoFile(null, null, null);
        }
        catch (JsonException error)
        {
            throw new UserErrorException(Text($"{path}: cannot be read: {SourceTrouble.Of(error)}{(error.LineNumber is { } line ? Text($" (line {line + 1})") : "")}; if it was downloaded, do that again"), error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(path, error);
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>What is read of a file of COCO's kind.</summary>
internal sealed record CocoFile(CocoImage[]? Images, CocoAnnotation[]? Annotations, CocoCategory[]? Categories);

/// <summary>An image.</summary>
internal sealed record CocoImage([property: JsonRequired] long Id, string? FileName);

/// <summary>The category of an image.</summary>
internal sealed record CocoAnnotation([property: JsonRequired] long ImageId, [property: JsonRequired] long CategoryId);

/// <summary>A category.</summary>
internal sealed record CocoCategory([property: JsonRequired] long Id, string? Name);

/// <summary>How such a file is read.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CocoFile))]
internal sealed partial class CocoJson : JsonSerializerContext;
