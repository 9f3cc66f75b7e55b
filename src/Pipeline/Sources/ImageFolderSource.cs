using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// A folder with a sub-folder for each class. Classes and files come in natural order (<see cref="NaturalOrder"/>), so the
/// same files are the same data set on any file system.
/// </summary>
public sealed class ImageFolderSource : ISampleSource
{
    private readonly NameTable _files;
    private readonly int[] _labels;
    private readonly ReadMeter _meter = new();
    private long _last = ReadMeter.Nowhere;

    private ImageFolderSource(string name, IReadOnlyList<string> classes, NameTable files, int[] labels)
    {
        Name = name;
        ClassNames = classes;
        _files = files;
        _labels = labels;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

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

    /// <inheritdoc/>
    public string ContentVersion => FileVersions.Of(Enumerable.Range(0, _labels.Length).Select(i => NameOf(i)));

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _labels[index];

    /// <inheritdoc/>
    public string NameOf(long index) => Path.Combine(Name, _files[index]);

    /// <inheritdoc/>
    public string PathOf(long index) => _files[index];

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        using SafeFileHandle file = PositionalRead.Open(NameOf(index));
        PositionalRead.Whole(file, sample);
        _meter.Whole(ref _last, index, sample.Length);
    }

    /// <summary>Nothing to give back: files are open only while they are read.</summary>
    public void Dispose()
    {
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
