using System.Globalization;
using Parquet;
using Parquet.Schema;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Parquet files as Hugging Face writes them: a row is a sample, <c>image.bytes</c> its file, <c>label</c> its class. A row cannot be
/// read alone, only its whole row group, so the groups read last are kept, up to <see cref="KeptBytes"/>. That serves
/// <c>data.shuffle: blocks(rows of a group, several groups)</c>; a full shuffle of a set that is larger reads a group an image.
/// </summary>
public sealed class ParquetSource : ISampleSource
{
    /// <summary>Bytes of row groups in memory, at least two groups.</summary>
    private const long KeptBytes = 512L << 20;

    private readonly ByteFile[] _files;
    private readonly ParquetColumns[] _columns;
    private readonly (int File, int Group)[] _groups;
    private readonly long[] _starts;
    private readonly int[] _labels;
    private readonly ReadMeter _meter = new();
    private readonly RecentlyUsed<int, byte[]?[]> _kept;

    private ParquetSource(string name, ByteFile[] files, Opened[] opened)
    {
        Name = name;
        _files = files;
        _columns = [.. opened.Select(file => file.Columns)];
        _groups = [.. opened.SelectMany((file, i) => file.Rows.Select((_, group) => (i, group)))];
        _starts = new long[_groups.Length];
        long count = 0;
        for (int i = 0; i < _groups.Length; i++)
        {
            _starts[i] = count;
            count += opened[_groups[i].File].Rows[_groups[i].Group];
        }

        (_labels, ClassNames) = Number(name, [.. opened.SelectMany(file => file.Labels)], opened[0].Columns.ClassNames);
        Array.ForEach(files, file => file.Meter = _meter);
        _kept = new RecentlyUsed<int, byte[]?[]>(ReadGroup, rows => rows.Sum(row => row?.LongLength ?? 0), KeptBytes);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public long Count => _labels.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Whether a file's name is that of one of these, or a folder holds some.</summary>
    public static bool Is(string path) => Extension(path) || (Directory.Exists(path) && Files(path).Length > 0);

    /// <summary>Opens a file, a list of them (<see cref="BraceList"/>) or all of a folder; reads what describes them, and the classes.</summary>
    /// <param name="path">Where they are.</param>
    /// <param name="imageColumn">The column of the images; null: one of the usual names.</param>
    /// <param name="labelColumn">The column of the classes, likewise.</param>
    /// <exception cref="UserErrorException">One cannot be read, or has no such column.</exception>
    public static ParquetSource Open(string path, string? imageColumn = null, string? labelColumn = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        IReadOnlyList<string> paths = Directory.Exists(path) ? Files(path) : BraceList.Is(path) ? BraceList.Expand(path) : [path];
        var files = new List<ByteFile>();
        try
        {
            var opened = new List<Opened>();
            foreach (string each in paths)
            {
                files.Add(ByteFile.Open(each));
                opened.Add(Describe(files[^1], imageColumn, labelColumn));
            }

            return new ParquetSource(path, [.. files], [.. opened]);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public string ContentVersion => string.Join(' ', _files.Select(file => file.ContentVersion));

    /// <inheritdoc/>
    public ReadCounts Reads => _meter.Counts;

    /// <inheritdoc/>
    public int LabelOf(long index) => _labels[index];

    /// <inheritdoc/>
    public string NameOf(long index)
    {
        int group = GroupOf(index);
        (int file, int inFile) = _groups[group];
        return string.Create(CultureInfo.InvariantCulture, $"{_files[file].Name}#{index - _starts[group - inFile]}");
    }

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        int group = GroupOf(index);
        byte[] bytes = _kept.Get(group)[index - _starts[group]] ?? throw new IOException("the row has no image");
        sample.Kind = PayloadKind.Encoded;
        bytes.CopyTo(sample.Reserve(bytes.Length));
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_files, file => file.Dispose());

    private static bool Extension(string path) => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase);

    private static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder).Where(Extension).Order(NaturalOrder.Instance)];

    private static Opened Describe(ByteFile file, string? imageColumn, string? labelColumn)
    {
        try
        {
            using var stream = new ByteFileStream(file);
            // The library has no other calls; its work is done on this thread.
            ParquetReader reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
            var columns = ParquetColumns.Find(reader, file.Name, imageColumn, labelColumn);
            var rows = new List<int>();
            var labels = new List<string>();
            for (int group = 0; group < reader.RowGroupCount; group++)
            {
                using ParquetRowGroupReader part = reader.OpenRowGroupReader(group);
                rows.Add(checked((int)part.RowCount));
                labels.AddRange(Labels(part, columns.Label, file.Name));
            }

            return new Opened(columns, [.. rows], [.. labels]);
        }
        catch (Exception error) when (error is not UserErrorException and not OutOfMemoryException)
        {
            throw new UserErrorException($"{file.Name}: cannot be read as Parquet: {error.Message.TrimEnd('.')}; if it was copied or downloaded, do that again", error);
        }
    }

    private static IEnumerable<string> Labels(ParquetRowGroupReader part, DataField field, string path)
    {
        int rows = (int)part.RowCount;
        string?[] labels = ParquetColumns.IsText(field) ? [.. Values<ReadOnlyMemory<char>>(part, field).Select(label => label?.ToString())]
            : field.ClrType == typeof(long) ? [.. Values<long>(part, field).Select(Text)]
            : field.ClrType == typeof(int) ? [.. Values<int>(part, field).Select(Text)]
            : field.ClrType == typeof(short) ? [.. Values<short>(part, field).Select(Text)]
            : [.. Values<byte>(part, field).Select(Text)];
        return labels.Select(label => label ?? throw new UserErrorException($"{path}: column '{field.Path}' has rows without a class"));

        static string? Text<T>(T? value)
            where T : struct, IFormattable => value?.ToString(null, CultureInfo.InvariantCulture);
    }

    /// <summary>A column of a row group, null where a row has no value: what is stored are the values that there are, and for each
    /// row how much of its path is defined.</summary>
    private static T?[] Values<T>(ParquetRowGroupReader part, DataField field)
        where T : struct
    {
        int rows = checked((int)part.RowCount);
        var values = new T[rows];
        int[]? levels = field.MaxDefinitionLevel > 0 ? new int[rows] : null;
        part.ReadRawAsync(field, values.AsMemory(), levels is null ? (Memory<int>?)null : levels.AsMemory(), null).AsTask().GetAwaiter().GetResult();
        var result = new T?[rows];
        int next = 0;
        for (int row = 0; row < rows; row++)
        {
            if (levels is null || levels[row] == field.MaxDefinitionLevel)
            {
                result[row] = values[next++];
            }
        }

        return result;
    }

    private static (int[] Numbers, IReadOnlyList<string> Names) Number(string path, string[] labels, IReadOnlyList<string>? named)
    {
        (int[] numbers, IReadOnlyList<string> names, bool numbered) = ClassNumbers.Of(labels, path);
        if (!numbered || named is null)
        {
            return (numbers, names);
        }

        return names.Count <= named.Count
            ? (numbers, named)
            : throw new UserErrorException($"{path}: has class {names.Count - 1}, and names only {Counted.Of(named.Count, "class", "classes")}");
    }

    private byte[]?[] ReadGroup(int number)
    {
        (int file, int group) = _groups[number];
        try
        {
            using var stream = new ByteFileStream(_files[file]);
            ParquetReader reader = ParquetReader.CreateAsync(stream, leaveStreamOpen: true).GetAwaiter().GetResult();
            using ParquetRowGroupReader part = reader.OpenRowGroupReader(group);
            return [.. Values<ReadOnlyMemory<byte>>(part, _columns[file].Image).Select(bytes => bytes?.ToArray())];
        }
        catch (Exception error) when (error is not (UserErrorException or OutOfMemoryException or IOException))
        {
            throw new IOException($"row group {group} is damaged: {error.Message}", error);
        }
    }

    private int GroupOf(long index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        int found = Array.BinarySearch(_starts, index);
        found = found >= 0 ? found : ~found - 1;
        // Behind a group without rows the next one begins at the same place.
        while (found + 1 < _starts.Length && _starts[found + 1] == index)
        {
            found++;
        }

        return found;
    }

    private sealed record Opened(ParquetColumns Columns, int[] Rows, string[] Labels);
}
