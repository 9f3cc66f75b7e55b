using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// ImageNet's validation images as they come: one flat folder, or <c>ILSVRC2012_img_val.tar</c>, with the classes in the
/// development kit. An image's number is in its name (<c>ILSVRC2012_val_00000001.JPEG</c>); classes are called by their synsets,
/// as in the training set.
/// </summary>
public sealed class ImageNetValidation : ISampleSource
{
    private readonly string? _folder;
    private readonly ByteFile? _tar;
    private readonly SampleIndex _index;
    private readonly ReadMeter _meter = new();
    private long _last = ReadMeter.Nowhere;

    private ImageNetValidation(string path, string? folder, ByteFile? tar, SampleIndex index)
    {
        Name = path;
        _folder = folder;
        _tar = tar;
        _index = index;
        if (tar is not null)
        {
            tar.Meter = _meter;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _index.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => _index.ClassNames;

    /// <summary>Opens them.</summary>
    /// <param name="path">The folder or the tar.</param>
    /// <param name="devkit">The development kit: its folder, or its <c>.tar.gz</c>.</param>
    /// <exception cref="UserErrorException">One cannot be read, or they do not belong together.</exception>
    public static ImageNetValidation Open(string path, string devkit)
    {
        IReadOnlyList<string> synsets = ImageNetDevkit.SynsetsOfValidation(devkit);
        ByteFile? tar = null;
        try
        {
            if (Directory.Exists(path))
            {
                string[] files = [.. Directory.EnumerateFiles(path).Select(file => Path.GetFileName(file)).Where(file => ImageFiles.IsImage(file)).Order(NaturalOrder.Instance)];
                return new ImageNetValidation(path, path, null, Index(path, devkit, synsets, files.Select(file => new TarEntry(file, false, 0, 0))));
            }

            tar = ByteFile.Open(path);
            return new ImageNetValidation(path, null, tar, Index(path, devkit, synsets, TarHeaders.Read(tar, path).Where(entry => !entry.Directory && ImageFiles.IsImage(entry.Name))));
        }
        catch (Exception error)
        {
            tar?.Dispose();
            throw error is IOException or UnauthorizedAccessException ? SourceTrouble.CannotRead(path, error) : error;
        }
    }

    /// <inheritdoc/>
    public string ContentVersion => _tar?.ContentVersion ?? FileVersions.Of(Enumerable.Range(0, _index.Count).Select(i => NameOf(i)));

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _index.Labels[index];

    /// <inheritdoc/>
    public string NameOf(long index) => _folder is null ? $"{Name}:{_index.Names[index]}" : Path.Combine(_folder, _index.Names[index]);

    /// <inheritdoc/>
    public string PathOf(long index) => _index.Names[index];

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (_tar is not null)
        {
            sample.Kind = PayloadKind.Encoded;
            _tar.Exactly(sample.Reserve(_index.Lengths[index]), _index.Offsets[index]);
            return;
        }

        using SafeFileHandle file = PositionalRead.Open(NameOf(index));
        PositionalRead.Whole(file, sample);
        _meter.Whole(ref _last, index, sample.Length);
    }

    /// <inheritdoc/>
    public void Dispose() => _tar?.Dispose();

    private static SampleIndex Index(string path, string devkit, IReadOnlyList<string> synsets, IEnumerable<TarEntry> entries)
    {
        string[] classes = [.. synsets.Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance)];
        Dictionary<string, int> places = classes.Select((name, place) => (name, place)).ToDictionary(entry => entry.name, entry => entry.place, StringComparer.Ordinal);
        var names = new NameTable();
        List<long> offsets = [];
        List<int> lengths = [], labels = [];
        foreach (TarEntry entry in entries)
        {
            string stem = Path.GetFileNameWithoutExtension(entry.Name);
            string digits = stem[(stem.LastIndexOf('_') + 1)..];
            if (!int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1 || number > synsets.Count)
            {
                throw new UserErrorException($"{path}: '{entry.Name}' is no validation image of {devkit}, which knows the numbers 1 to {synsets.Count} (ILSVRC2012_val_00000001.JPEG); name the kit that belongs to the images");
            }

            names.Add(entry.Name);
            offsets.Add(entry.Offset);
            lengths.Add(checked((int)entry.Length));
            labels.Add(places[synsets[number - 1]]);
        }

        names.Trim();
        return new SampleIndex { ClassNames = classes, Offsets = [.. offsets], Lengths = [.. lengths], Labels = [.. labels], Names = names };
    }
}
