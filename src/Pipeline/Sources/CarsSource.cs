using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Stanford Cars (Krause et al., 2013) in both layouts that it was published in: <c>cars_train/</c> and <c>cars_test/</c> with the
/// annotations in <c>devkit/</c> (those of the test images in <c>cars_test_annos_withlabels.mat</c>), and <c>car_ims/</c> with
/// <c>cars_annos.mat</c>. Classes are called by their names, in the annotations' order.
/// </summary>
internal static class CarsSource
{
    private const string All = "cars_annos.mat", Train = "cars_train_annos.mat", TestWithLabels = "cars_test_annos_withlabels.mat", Meta = "cars_meta.mat";

    /// <summary>Whether a folder is one of these.</summary>
    public static bool Is(string path) =>
        ((string[])[All, $"devkit/{Train}", Train, $"devkit/{Meta}", TestWithLabels]).Any(file => File.Exists(Path.Combine(path, file)));

    /// <summary>Opens a part: images in the annotations' order.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="split">train or test.</param>
    /// <exception cref="UserErrorException">A file is missing or damaged, or there is no such part.</exception>
    public static ISampleSource Open(string path, string? split)
    {
        bool? test = split switch { "train" => false, "test" => true, _ => null };
        if (test is not { } wanted)
        {
            throw new UserErrorException($"{path}: is Stanford Cars, whose annotations are of two parts{(split is null ? "" : $", and none is called '{split}'")}; name one: ?split=train or ?split=test");
        }

        string single = Path.Combine(path, All);
        return File.Exists(single) ? OfOneFile(path, single, wanted) : OfDevkit(path, wanted);
    }

    private static FileSource OfOneFile(string path, string file, bool test)
    {
        (var entries, var classes) = AnnotationFile.Read(file, bytes => (MatFile.Structures(bytes, "annotations"), MatFile.Texts(bytes, "class_names")));
        return Source(path, file, entries.Where(entry => Number(entry, "test", file) != 0 == test), "relative_im_path", "", classes, "unpack car_ims.tgz in the folder");
    }

    private static FileSource OfDevkit(string path, bool test)
    {
        const string Remedy = "unpack car_devkit.tgz in the folder";
        string meta = AnnotationFile.Find(path, Remedy, $"devkit/{Meta}", Meta);
        string file = test
            ? AnnotationFile.Find(path, "it has the test images' classes, which devkit/cars_test_annos.mat has not: download it too", TestWithLabels, $"devkit/{TestWithLabels}")
            : AnnotationFile.Find(path, Remedy, $"devkit/{Train}", Train);
        IReadOnlyList<string> classes = AnnotationFile.Read(meta, bytes => MatFile.Texts(bytes, "class_names"));
        string images = test ? "cars_test" : "cars_train";
        return Source(path, file, AnnotationFile.Read(file, bytes => MatFile.Structures(bytes, "annotations")), "fname", $"{images}/", classes, $"unpack {images}.tgz in the folder");
    }

    private static FileSource Source(
        string path, string file, IEnumerable<IReadOnlyDictionary<string, object>> entries, string nameField, string folder, IReadOnlyList<string> classes, string unpack) =>
        FileSource.Annotated(path, path, entries.Select(entry =>
        {
            string name = entry.TryGetValue(nameField, out object? text) && text is string known
                ? known
                : throw new UserErrorException($"{file}: an annotation has no '{nameField}'; download it again");
            int label = Number(entry, "class", file);
            return label >= 1 && label <= classes.Count
                ? (folder + name, label - 1)
                : throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"{file}: '{name}' is of class {label}, and there are {classes.Count} class names; the files do not belong together: download them again"));
        }), classes, unpack);

    private static int Number(IReadOnlyDictionary<string, object> entry, string field, string file) =>
        entry.TryGetValue(field, out object? value) && value is double number and >= 0 and <= int.MaxValue
            ? (int)number
            : throw new UserErrorException($"{file}: an annotation has no number '{field}'; download it again");
}
