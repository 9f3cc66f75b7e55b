using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Image files under one folder whose classes are known when the source is opened. What differs between kinds is how the
/// files and their classes are found.</summary>
public class FileSource : ISampleSource
{
    private readonly string _folder;
    private readonly NameTable _files;
    private readonly int[] _labels;
    private readonly ReadMeter _meter = new();
    private long _last = ReadMeter.Nowhere;

    /// <summary>A source of these files.</summary>
    /// <param name="name">What the user calls it.</param>
    /// <param name="folder">Where the files' names begin.</param>
    /// <param name="files">Their names, with slashes.</param>
    /// <param name="labels">The class of each.</param>
    /// <param name="classes">The classes' names.</param>
    private protected FileSource(string name, string folder, NameTable files, int[] labels, IReadOnlyList<string> classes)
    {
        Name = name;
        ClassNames = classes;
        _folder = folder;
        _files = files;
        _labels = labels;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <inheritdoc/>
    public string ContentVersion => FileVersions.Of(Enumerable.Range(0, _labels.Length).Select(i => NameOf(i)));

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _labels[index];

    /// <inheritdoc/>
    public string NameOf(long index) => Path.Combine(_folder, _files[index]);

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
    public void Dispose() => GC.SuppressFinalize(this);

    /// <summary>A source of files that annotations name with their classes.</summary>
    /// <param name="name">What the user calls it.</param>
    /// <param name="folder">Where the files' names begin.</param>
    /// <param name="samples">Each file's name and class, in order.</param>
    /// <param name="classes">The classes' names.</param>
    /// <param name="unpack">What is to be done where the files are not there.</param>
    /// <exception cref="UserErrorException">The first file is not there: the images were never unpacked, or lie elsewhere. Whether single
    /// ones are missing is found out when they are read.</exception>
    internal static FileSource Annotated(string name, string folder, IEnumerable<(string File, int Label)> samples, IReadOnlyList<string> classes, string unpack)
    {
        var files = new NameTable();
        var labels = new List<int>();
        foreach ((string file, int label) in samples)
        {
            files.Add(file);
            labels.Add(label);
        }

        if (labels.Count > 0 && !File.Exists(Path.Combine(folder, files[0])))
        {
            throw new UserErrorException($"{Path.Combine(folder, files[0])}: not there, and {name} names it; {unpack}");
        }

        files.Trim();
        return new FileSource(name, folder, files, [.. labels], classes);
    }
}
