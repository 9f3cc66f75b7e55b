using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Oxford Flowers-102 as it is published (Nilsback and Zisserman, 2008): <c>jpg/image_00001.jpg</c> ..., the classes in
/// <c>imagelabels.mat</c>, the parts in <c>setid.mat</c>. Classes are called by their numbers, from 1.
/// </summary>
internal static class FlowersSource
{
    private const string Labels = "imagelabels.mat", Parts = "setid.mat";

    private static readonly Dictionary<string, string[]> s_parts = new(StringComparer.Ordinal)
    {
        ["train"] = ["trnid"],
        ["val"] = ["valid"],
        ["trainval"] = ["trnid", "valid"],
        ["test"] = ["tstid"],
    };

    /// <summary>Whether a folder is one of these.</summary>
    public static bool Is(string path) => File.Exists(Path.Combine(path, Labels)) || File.Exists(Path.Combine(path, Parts));

    /// <summary>Opens a part: images in the order of <c>setid.mat</c>.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="split">train, val, trainval or test.</param>
    /// <exception cref="UserErrorException">A file is missing or damaged, or there is no such part.</exception>
    public static ISampleSource Open(string path, string? split)
    {
        if (split is null || !s_parts.TryGetValue(split, out string[]? lists))
        {
            throw new UserErrorException(
                $"{path}: is Flowers-102, whose {Parts} deals the images to parts{(split is null ? "" : $", and none is called '{split}'")}; name one: ?split=train, val, trainval (both, as in the literature) or test");
        }

        string labelFile = AnnotationFile.Find(path, $"it holds the images' classes: put it beside {Parts}", Labels);
        string partFile = AnnotationFile.Find(path, $"it says which image belongs to which part: put it beside {Labels}", Parts);
        double[] labels = AnnotationFile.Read(labelFile, file => MatFile.Numbers(file, "labels"));
        if (labels.FirstOrDefault(label => label is not (>= 1 and < ClassNumbers.Most) || label != Math.Floor(label), 1) is var wrong and not 1)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{labelFile}: a class is {wrong}, and classes are numbered from 1; download it again"));
        }

        double[] images = AnnotationFile.Read(partFile, file => (double[])[.. lists.SelectMany(list => MatFile.Numbers(file, list))]);
        if (images.FirstOrDefault(image => !(image >= 1 && image <= labels.Length), 1) is var unknown and not 1)
        {
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{partFile}: names image {unknown}, and {labelFile} has the classes of 1 to {labels.Length}; the two do not belong together: download both again"));
        }

        string[] classes = [.. Enumerable.Range(1, (int)labels.DefaultIfEmpty(0).Max()).Select(number => number.ToString(CultureInfo.InvariantCulture))];
        return FileSource.Annotated(path, path,
            images.Select(image => (string.Create(CultureInfo.InvariantCulture, $"jpg/image_{(int)image:D5}.jpg"), (int)labels[(int)image - 1] - 1)),
            classes, "unpack 102flowers.tgz in the folder");
    }
}
