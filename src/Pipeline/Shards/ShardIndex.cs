using System.Buffers.Binary;
using System.Text;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// An index as it was read, checked once: every row lies in its file, every label has a class, every name an end. Its columns stay
/// in the bytes of the file. Read-only; any thread.
/// </summary>
internal sealed class ShardIndex
{
    private readonly byte[] _bytes;
    private readonly int[] _columns;
    private readonly int _names;

    /// <summary>An index over checked bytes; made by <see cref="ShardIndexFormat"/>.</summary>
    /// <param name="header">What it says of all samples.</param>
    /// <param name="files">The payload files.</param>
    /// <param name="count">How many samples.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="columns">Where each column begins in it.</param>
    /// <param name="names">Where the names begin in it.</param>
    public ShardIndex(ShardHeader header, ShardFile[] files, int count, byte[] bytes, int[] columns, int names)
    {
        Header = header;
        Files = files;
        Count = count;
        _bytes = bytes;
        _columns = columns;
        _names = names;
    }

    /// <summary>The same index, where it is a whole pack's: an index of one file, of a pack under way, is made alike.</summary>
    /// <param name="name">What to call it in the message.</param>
    /// <exception cref="UserErrorException">It is a part's.</exception>
    public ShardIndex Whole(string name) =>
        Count == Header.SourceCount && (Files.Length == 0 || (Files[0].Number == 0 && Files[0].First == 0))
            ? this
            : throw new UserErrorException($"{name}: it is the index of a part of a pack, not of all of it; finish the pack, or copy it again");

    /// <summary>What it says of all samples.</summary>
    public ShardHeader Header { get; }

    /// <summary>The payload files, by number; together they hold all samples in order.</summary>
    public ShardFile[] Files { get; }

    /// <summary>How many samples.</summary>
    public int Count { get; }

    /// <summary>Bytes of the index, all of which are held.</summary>
    public int Size => _bytes.Length;

    /// <summary>All that is said of a sample.</summary>
    public ShardRow this[long index] => new()
    {
        Offset = OffsetOf(index),
        Length = LengthOf(index),
        Head = (int)Number(ShardColumn.Head, index),
        Label = LabelOf(index),
        Width = (int)Number(ShardColumn.Across, index),
        Height = (int)Number(ShardColumn.Down, index),
        Sampling = Number(ShardColumn.Sampling, index),
        Kind = (PayloadKind)Small(ShardColumn.Kind, index),
        Orientation = Small(ShardColumn.Orientation, index),
        Checksum = Number(ShardColumn.Checksum, index),
        SourceLength = (int)Number(ShardColumn.SourceLength, index),
        SourceChecksum = Number(ShardColumn.SourceChecksum, index),
    };

    /// <summary>A sample's class.</summary>
    public int LabelOf(long index) => (int)Number(ShardColumn.Label, index);

    /// <summary>Bytes of a sample's payload.</summary>
    public int LengthOf(long index) => (int)Number(ShardColumn.Length, index);

    /// <summary>Where a sample's payload begins in its file.</summary>
    public long OffsetOf(long index) => BinaryPrimitives.ReadInt64LittleEndian(Value(ShardColumn.Offset, index));

    /// <summary>A sample's path.</summary>
    public string NameOf(long index)
    {
        int begin = index == 0 ? 0 : (int)Number(ShardColumn.NameEnd, index - 1);
        return Encoding.UTF8.GetString(_bytes, _names + begin, (int)Number(ShardColumn.NameEnd, index) - begin);
    }

    /// <summary>The file that a sample is in.</summary>
    public ShardFile FileOf(long index)
    {
        int low = 0, high = Files.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            (low, high) = Files[middle].First <= index ? (middle, high) : (low, middle - 1);
        }

        return Files[low];
    }

    /// <summary>A sample's number in a column of four bytes.</summary>
    public uint Number(ShardColumn column, long index) => BinaryPrimitives.ReadUInt32LittleEndian(Value(column, index));

    /// <summary>A sample's number in a column of one byte.</summary>
    public byte Small(ShardColumn column, long index) => Value(column, index)[0];

    private ReadOnlySpan<byte> Value(ShardColumn column, long index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)index, (ulong)Count);
        return _bytes.AsSpan(_columns[column.Place] + (int)index * column.Width, column.Width);
    }
}
