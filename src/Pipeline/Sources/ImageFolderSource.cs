namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// A folder with a sub-folder for each class. Classes and files come in natural order (<see cref="NaturalOrder"/>), so the
/// same files are the same data set on any file system.
/// </summary>
public sealed class ImageFolderSource : FileSource
{
    private ImageFolderSource(string name, IReadOnlyList<string> classes, NameTable files, int[] labels) : base(name, name, files, labels, classes)
    {
    }

    /// <summary>Lists a folder.</summary>
    /// <exception cref="UserErrorException">It cannot be read, has no class folders, or one without an image.</exception>
    public static ImageFolderSource Open(string path)
    {
        try
        {
            string[] classes = [.. Directory.EnumerateDirectories(path)
                .Select(folder => Path.GetFileName(folder)!)
                .Where(folder => !folder.StartsWith('.'))
                .Order(NaturalOrder.Instance)];
            if (classes.Length == 0)
            {
                throw new UserErrorException($"{path}: has no folders; a data set is a folder with a sub-folder of images for each class");
            }

            var files = new NameTable();
            var labels = new List<int>();
            for (int label = 0; label < classes.Length; label++)
            {
                AddClass(path, classes[label], label, files, labels);
            }

            files.Trim();
            return new ImageFolderSource(path, classes, files, [.. labels]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SourceTrouble.CannotRead(path, error);
        }
    }

    private static void AddClass(string root, string name, int label, NameTable files, List<int> labels)
    {
        string folder = Path.Combine(root, name);
        string[] images = ImageFiles.In(root, name);
        if (images.Length == 0)
        {
            throw new UserErrorException($"{folder}: class folder without images (files that end in {ImageFiles.Extensions}); fill it or remove it");
        }

        foreach (string image in images)
        {
            files.Add(image);
            labels.Add(label);
        }
    }
}
