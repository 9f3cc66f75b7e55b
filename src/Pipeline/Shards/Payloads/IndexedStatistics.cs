using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>How often each symbol of each code occurs, in an image or in many; sums do not depend on the order.</summary>
internal sealed class IndexedStatistics
{
    private readonly long[] _counts = new long[IndexedTable.Count * 256];

    /// <summary>Counts of the symbols of a code. [256]</summary>
    /// <param name="table">Which; see <see cref="IndexedTable"/>.</param>
    public ReadOnlySpan<long> Counts(int table) => _counts.AsSpan(table * 256, 256);

    /// <summary>Every symbol that any image may have, once: what is learned with it beside some images has codes for all others.</summary>
    public static IndexedStatistics Everything()
    {
        var result = new IndexedStatistics();
        for (int table = 0; table < IndexedTable.Count; table++)
        {
            Span<long> counts = result._counts.AsSpan(table * 256, 256);
            if (IndexedTable.IsDc(table))
            {
                counts[..(HuffmanTable.MostDifferenceBits + 1)].Fill(1);
                continue;
            }

            // Two symbols have no value: the end of a block, and sixteen zeros.
            counts[0] = counts[0xf0] = 1;
            for (int zeros = 0; zeros < 16; zeros++)
            {
                counts.Slice((zeros << 4) | 1, HuffmanTable.MostCoefficientBits).Fill(1);
            }
        }

        return result;
    }

    /// <summary>Adds an image's symbols.</summary>
    /// <returns>False where it has coefficients that an indexed payload cannot hold; nothing is added then.</returns>
    public bool TryAdd(CoefficientImage image)
    {
        JpegFrame frame = image.Frame;
        int mcus = PayloadGroups.McusOf(frame);
        var sink = new Sink { Counts = new long[_counts.Length] };
        for (int row = 0; row < frame.McusHigh; row++)
        {
            for (int left = 0; left < frame.McusWide; left += mcus)
            {
                if (!SegmentWalk.Walk(image, row, left, Math.Min(mcus, frame.McusWide - left), ref sink))
                {
                    return false;
                }
            }
        }

        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += sink.Counts[i];
        }

        return true;
    }

    /// <summary>Adds what others counted.</summary>
    public void Add(IndexedStatistics others)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            _counts[i] += others._counts[i];
        }
    }

    /// <summary>Makes each symbol that occurs in others occur here.</summary>
    public void Admit(IndexedStatistics others)
    {
        for (int i = 0; i < _counts.Length; i++)
        {
            if (_counts[i] == 0 && others._counts[i] > 0)
            {
                _counts[i] = 1;
            }
        }
    }

    private struct Sink : ISegmentSink
    {
        public long[] Counts;

        public readonly void Add(int table, int symbol, int bits) => Counts[(table * 256) + symbol]++;
    }
}
