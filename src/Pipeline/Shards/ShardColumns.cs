using System.Buffers;
using System.Buffers.Binary;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>The rows of an index while it is made: a column of bytes for each field, as they are written. About 45 bytes a sample
/// and its name.</summary>
internal sealed class ShardColumns
{
    private readonly ArrayBufferWriter<byte>[] _columns = [.. ShardColumn.All.Select(_ => new ArrayBufferWriter<byte>())];

    /// <summary>How many rows.</summary>
    public int Count { get; private set; }

    /// <summary>The samples' paths in the source.</summary>
    public NameTable Names { get; } = new();

    /// <summary>Adds a row.</summary>
    public void Add(in ShardRow row, string name)
    {
        Put(ShardColumn.Offset, (ulong)row.Offset);
        Put(ShardColumn.Length, (uint)row.Length);
        Put(ShardColumn.Head, (uint)row.Head);
        Put(ShardColumn.Label, (uint)row.Label);
        Put(ShardColumn.Across, (uint)row.Width);
        Put(ShardColumn.Down, (uint)row.Height);
        Put(ShardColumn.Sampling, row.Sampling);
        Put(ShardColumn.Kind, (ulong)row.Kind);
        Put(ShardColumn.Orientation, row.Orientation);
        Put(ShardColumn.Checksum, row.Checksum);
        Put(ShardColumn.SourceLength, (uint)row.SourceLength);
        Put(ShardColumn.SourceChecksum, row.SourceChecksum);
        Names.Add(name);
        Put(ShardColumn.NameEnd, Names.Ends[^1]);
        Count++;
    }

    /// <summary>Adds the rows of an index.</summary>
    public void Add(ShardIndex index)
    {
        for (int i = 0; i < index.Count; i++)
        {
            Add(index[i], index.NameOf(i));
        }
    }

    /// <summary>A column's bytes.</summary>
    public ReadOnlySpan<byte> this[ShardColumn column] => _columns[column.Place].WrittenSpan;

    private void Put(ShardColumn column, ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        _columns[column.Place].Write(bytes[..column.Width]);
    }
}
