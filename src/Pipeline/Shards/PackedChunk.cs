using System.Buffers;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A few neighbouring samples as they go into a payload file, each padded to <see cref="ShardLayout.Alignment"/>. Its
/// memory is used again; it belongs to whoever took it.</summary>
internal sealed class PackedChunk
{
    /// <summary>Samples of a chunk.</summary>
    public const int Most = 16;

    /// <summary>Bytes after which a chunk is written before more comes into it: an array holds 2 GiB, and each thread fills one or
    /// two. Samples of photographs stay far below.</summary>
    public const int MostBytes = 256 << 20;

    private readonly List<ShardRow> _rows = new(Most);
    private readonly List<string> _names = new(Most);

    /// <summary>Their payloads. Offsets in <see cref="Rows"/> count from here.</summary>
    public ArrayBufferWriter<byte> Bytes { get; } = new(1 << 20);

    /// <summary>What the index will say of each.</summary>
    public IReadOnlyList<ShardRow> Rows => _rows;

    /// <summary>Their paths.</summary>
    public IReadOnlyList<string> Names => _names;

    /// <summary>Makes them.</summary>
    /// <param name="source">Whose they are.</param>
    /// <param name="number">The chunk's number.</param>
    /// <param name="first">The first sample that is wanted.</param>
    /// <param name="packer">The thread's.</param>
    /// <param name="mostBytes"><see cref="MostBytes"/>.</param>
    /// <param name="write">Has what there is written, so that it can be made anew; false: it was stopped.</param>
    /// <returns>False where it was stopped.</returns>
    public bool Fill(ISampleSource source, int number, int first, SamplePacker packer, int mostBytes, Func<bool> write)
    {
        Clear();
        int end = (int)Math.Min((number + 1L) * Most, source.Count);
        for (int i = first; i < end; i++)
        {
            if (Bytes.WrittenCount >= mostBytes)
            {
                if (!write())
                {
                    return false;
                }

                Clear();
            }

            int offset = Bytes.WrittenCount;
            _rows.Add(packer.Pack(source, i, Bytes) with { Offset = offset });
            _names.Add(source.PathOf(i));
            int padding = (int)(ShardLayout.Aligned(Bytes.WrittenCount) - Bytes.WrittenCount);
            Bytes.GetSpan(ShardLayout.Alignment)[..padding].Clear();
            Bytes.Advance(padding);
        }

        return true;
    }

    private void Clear()
    {
        Bytes.ResetWrittenCount();
        _rows.Clear();
        _names.Clear();
    }
}
