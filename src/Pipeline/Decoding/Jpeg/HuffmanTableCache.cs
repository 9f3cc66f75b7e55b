using System.IO.Hashing;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The Huffman tables that were used last. Most files have one of a few sets: the standard's (ITU-T T.81, annex K) or those of a
/// camera or program; a table is made once for all of them, in memory that is used again. One thread's.
/// </summary>
internal sealed class HuffmanTableCache : IDisposable
{
    /// <summary>Tables that are kept; more than one image has, so that none of its own is given up for another of them.</summary>
    private const int Capacity = 48;

    private readonly HuffmanTable?[] _tables = new HuffmanTable?[Capacity];
    private readonly ulong[] _hashes = new ulong[Capacity];
    private readonly long[] _used = new long[Capacity];
    private long _clock;

    /// <summary>The tables of a code; valid for this image.</summary>
    /// <param name="dc">Whether it is one of DC differences.</param>
    /// <param name="definition">As in a file (T.81, B.2.4.2): 16 counts, then the symbols.</param>
    /// <returns>Null where there is no such code.</returns>
    public HuffmanTable? Get(bool dc, ReadOnlySpan<byte> definition)
    {
        ulong hash = XxHash3.HashToUInt64(definition, dc ? 1 : 0);
        int slot = _hashes.AsSpan().IndexOf(hash);
        if (slot < 0 || !Holds(_tables[slot], dc, definition))
        {
            slot = _used.AsSpan().IndexOf(Oldest());
            HuffmanTable table = _tables[slot] ??= new HuffmanTable();
            _hashes[slot] = hash;
            if (!table.Build(dc, definition[..16], definition[16..]))
            {
                _used[slot] = 0;
                return null;
            }
        }

        _used[slot] = ++_clock;
        return _tables[slot];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (HuffmanTable? table in _tables)
        {
            table?.Dispose();
        }
    }

    private static bool Holds(HuffmanTable? table, bool dc, ReadOnlySpan<byte> definition) =>
        table is not null && table.IsDc == dc && definition[..16].SequenceEqual(table.Counts) && definition[16..].SequenceEqual(table.Symbols);

    private long Oldest()
    {
        long oldest = long.MaxValue;
        foreach (long used in _used)
        {
            oldest = Math.Min(oldest, used);
        }

        return oldest;
    }
}
