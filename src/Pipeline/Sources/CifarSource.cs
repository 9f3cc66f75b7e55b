using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// CIFAR's binary files (Krizhevsky, 2009), one or a list of them (<see cref="BraceList"/>), read in place: a record is the label's
/// bytes, one of CIFAR-10 and two of CIFAR-100 (coarse, fine: the fine one is the class), then 32x32 red, green and blue. Beside them
/// lie the classes' names, by which the two are told apart: <c>batches.meta.txt</c> or <c>fine_label_names.txt</c>.
/// </summary>
public sealed class CifarSource : ISampleSource
{
    private const string Extension = ".bin", Names10 = "batches.meta.txt", Names100 = "fine_label_names.txt";
    private const int Side = 32, Plane = Side * Side, Pixels = 3 * Plane, RecordsAtOnce = 256;

    private static readonly string[] s_files = ["data_batch_", "test_batch.", "train.", "test."];

    private readonly SafeFileHandle[] _files;
    private readonly long[] _ends, _lasts;
    private readonly string[] _names;
    private readonly byte[] _labels;
    private readonly int _labelBytes;
    private readonly ReadMeter _meter = new();

    private CifarSource(string name, string[] names, SafeFileHandle[] files, int labelBytes, string[] classes)
    {
        Name = name;
        ClassNames = classes;
        _names = names;
        _files = files;
        _labelBytes = labelBytes;
        _lasts = [.. files.Select(_ => ReadMeter.Nowhere)];
        _ends = new long[files.Length];
        var labels = new List<byte>();
        for (int i = 0; i < files.Length; i++)
        {
            AddLabels(files[i], names[i], labels);
            _ends[i] = labels.Count;
        }

        _labels = [.. labels];
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    private int Record => _labelBytes + Pixels;

    /// <summary>Whether a name is that of one of these, or of a list of them.</summary>
    public static bool Is(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase)
        && (s_files.Any(Path.GetFileName(path).StartsWith) || NamesBeside(path) is not null);

    /// <summary>Opens them and reads the labels.</summary>
    /// <exception cref="UserErrorException">One is missing, truncated or holds a class without a name.</exception>
    public static CifarSource Open(string path)
    {
        string[] paths = [.. BraceList.Is(path) ? BraceList.Expand(path) : [path]];
        var files = new List<SafeFileHandle>();
        string at = path;
        try
        {
            (string nameFile, int labelBytes) = NamesBeside(path)
                ?? throw new UserErrorException($"{path}: neither {Names10} nor {Names100} lies beside it, which name the classes of CIFAR-10 and CIFAR-100; unpack the whole archive");
            string[] classes = [.. File.ReadLines(at = nameFile).Select(line => line.Trim()).Where(line => line.Length > 0)];
            foreach (string each in paths)
            {
                files.Add(PositionalRead.Open(at = each));
            }

            return new CifarSource(path, paths, [.. files], labelBytes, classes);
        }
        catch (Exception error)
        {
            files.ForEach(file => file.Dispose());
            throw error is IOException or UnauthorizedAccessException ? SourceTrouble.CannotRead(at, error) : error;
        }
    }

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _labels[index];

    /// <inheritdoc/>
    public string NameOf(long index)
    {
        (int file, long record) = PlaceOf(index);
        return string.Create(CultureInfo.InvariantCulture, $"{_names[file]}#{record}");
    }

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        (int file, long record) = PlaceOf(index);
        long offset = record * Record + _labelBytes;
        Span<byte> planes = stackalloc byte[Pixels];
        PositionalRead.Exactly(_files[file], planes, offset);
        _meter.Read(ref _lasts[file], offset, Pixels);
        sample.Kind = PayloadKind.RawRgb;
        sample.Width = sample.Height = Side;
        Span<byte> pixels = sample.Reserve(Pixels);
        for (int i = 0; i < Plane; i++)
        {
            pixels[3 * i] = planes[i];
            pixels[3 * i + 1] = planes[Plane + i];
            pixels[3 * i + 2] = planes[2 * Plane + i];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_files, file => file.Dispose());

    private static (string File, int LabelBytes)? NamesBeside(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        string ten = Path.Combine(folder, Names10), hundred = Path.Combine(folder, Names100);
        return File.Exists(ten) ? (ten, 1) : File.Exists(hundred) ? (hundred, 2) : null;
    }

    private void AddLabels(SafeFileHandle file, string name, List<byte> labels)
    {
        long length = RandomAccess.GetLength(file);
        if (length == 0 || length % Record != 0)
        {
            throw new UserErrorException($"{name}: truncated, or no file of CIFAR's: its {length} bytes are no multiple of the {Record} of an image; download it again");
        }

        var records = new byte[RecordsAtOnce * Record];
        for (long offset = 0; offset < length; offset += records.Length)
        {
            Span<byte> some = records.AsSpan(0, (int)Math.Min(records.Length, length - offset));
            PositionalRead.Exactly(file, some, offset);
            for (int at = 0; at < some.Length; at += Record)
            {
                byte label = some[at + _labelBytes - 1];
                if (label >= ClassNames.Count)
                {
                    throw new UserErrorException($"{name}: image {(offset + at) / Record} is of class {label}, and {Counted.Of(ClassNames.Count, "class", "classes")} {(ClassNames.Count == 1 ? "has" : "have")} a name beside it; download both again");
                }

                labels.Add(label);
            }
        }
    }

    private (int File, long Record) PlaceOf(long index)
    {
        int file = 0;
        while (index >= _ends[file])
        {
            file++;
        }

        return (file, index - (file == 0 ? 0 : _ends[file - 1]));
    }
}
