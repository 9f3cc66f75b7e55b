using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Six codes that an image may be coded by; see <see cref="IndexedTable"/>. Immutable: threads may share one.</summary>
internal sealed class IndexedTableSet : IDisposable
{
    private readonly HuffmanCode[] _codes;
    private readonly Lazy<HuffmanTable[]> _decoding;

    private IndexedTableSet(HuffmanCode[] codes)
    {
        _codes = codes;
        _decoding = new Lazy<HuffmanTable[]>(MakeTables);
    }

    /// <summary>The codes that take the fewest bits for some symbols.</summary>
    public static IndexedTableSet Of(IndexedStatistics statistics)
    {
        var codes = new HuffmanCode[IndexedTable.Count];
        for (int t = 0; t < codes.Length; t++)
        {
            codes[t] = HuffmanCode.Optimal(statistics.Counts(t), IndexedTable.IsDc(t) ? IndexedTable.MostDcBits : IndexedTable.MostAcBits);
        }

        return new IndexedTableSet(codes);
    }

    /// <summary>One of the six codes.</summary>
    public HuffmanCode Code(int table) => _codes[table];

    /// <summary>What decodes one of the six; made when the first is asked for. Valid until the set is disposed of.</summary>
    public HuffmanTable Decoding(int table) => _decoding.Value[table];

    /// <summary>Bits that some symbols take, without their values' bits, which are the same in every code.</summary>
    /// <returns><see cref="long.MaxValue"/> where one of them has no code.</returns>
    public long BitsOf(IndexedStatistics statistics)
    {
        long bits = 0;
        for (int t = 0; t < _codes.Length; t++)
        {
            ReadOnlySpan<long> counts = statistics.Counts(t);
            ReadOnlySpan<byte> lengths = _codes[t].Lengths;
            for (int symbol = 0; symbol < counts.Length; symbol++)
            {
                if (counts[symbol] == 0)
                {
                    continue;
                }

                if (lengths[symbol] == 0)
                {
                    return long.MaxValue;
                }

                bits += counts[symbol] * lengths[symbol];
            }
        }

        return bits;
    }

    /// <summary>Appends the codes as a JPEG has them: for each 16 counts of lengths, then the symbols.</summary>
    public void Write(List<byte> to)
    {
        foreach (HuffmanCode code in _codes)
        {
            to.AddRange(code.Counts);
            to.AddRange(code.Symbols);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_decoding.IsValueCreated)
        {
            foreach (HuffmanTable table in _decoding.Value)
            {
                table.Dispose();
            }
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="data">Bytes; moves on behind the set.</param>
    /// <returns>Null where they are no set, or one with codes that are too long.</returns>
    public static IndexedTableSet? TryRead(ref ReadOnlySpan<byte> data)
    {
        var codes = new HuffmanCode[IndexedTable.Count];
        for (int t = 0; t < codes.Length; t++)
        {
            if (data.Length < 16)
            {
                return null;
            }

            int symbols = 0, most = IndexedTable.IsDc(t) ? IndexedTable.MostDcBits : IndexedTable.MostAcBits;
            for (int length = 1; length <= 16; length++)
            {
                symbols += data[length - 1];
                if (length > most && data[length - 1] > 0)
                {
                    return null;
                }
            }

            if (symbols > data.Length - 16 || (IndexedTable.IsDc(t) && data.Slice(16, symbols).ContainsAnyExceptInRange((byte)0, (byte)15)))
            {
                return null;
            }

            try
            {
                codes[t] = new HuffmanCode(data[..16], data.Slice(16, symbols));
            }
            catch (ArgumentException)
            {
                return null;
            }

            data = data[(16 + symbols)..];
        }

        return new IndexedTableSet(codes);
    }

    private HuffmanTable[] MakeTables()
    {
        var tables = new HuffmanTable[_codes.Length];
        for (int t = 0; t < tables.Length; t++)
        {
            tables[t] = new HuffmanTable();
            if (!tables[t].Build(IndexedTable.IsDc(t), _codes[t].Counts, _codes[t].Symbols))
            {
                throw new InvalidOperationException("a code that was checked makes no table");
            }
        }

        return tables;
    }
}
