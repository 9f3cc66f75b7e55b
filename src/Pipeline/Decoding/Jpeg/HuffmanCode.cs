namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// A Huffman code in the order that ITU-T T.81, annex C gives codes: shorter ones first, among those of a length by symbol. No
/// code is all ones, as T.81 demands. Immutable.
/// </summary>
internal sealed class HuffmanCode
{
    private const int MostLength = 16, MostSymbols = 256;

    private readonly byte[] _counts = new byte[MostLength], _symbols, _lengths = new byte[MostSymbols];
    private readonly ushort[] _codes = new ushort[MostSymbols];

    /// <summary>The code of given lengths.</summary>
    /// <param name="counts">How many codes have 1, 2, … 16 bits.</param>
    /// <param name="symbols">The symbols, by code.</param>
    /// <exception cref="ArgumentException">There is no such code.</exception>
    public HuffmanCode(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols)
    {
        counts.CopyTo(_counts);
        _symbols = symbols.ToArray();
        int code = 0, index = 0;
        for (int length = 1; length <= MostLength; length++, code <<= 1)
        {
            for (int i = 0; i < _counts[length - 1]; i++, code++, index++)
            {
                if (index >= symbols.Length || code + 1 >= 1 << length || _lengths[symbols[index]] != 0)
                {
                    throw new ArgumentException("the lengths make no Huffman code", nameof(counts));
                }

                _lengths[symbols[index]] = (byte)length;
                _codes[symbols[index]] = (ushort)code;
            }
        }

        if (index != symbols.Length)
        {
            throw new ArgumentException("more symbols than codes", nameof(symbols));
        }
    }

    /// <summary>How many codes have 1, 2, … 16 bits.</summary>
    public ReadOnlySpan<byte> Counts => _counts;

    /// <summary>The symbols, by code.</summary>
    public ReadOnlySpan<byte> Symbols => _symbols;

    /// <summary>Bits of each symbol's code; 0 where it has none. [256]</summary>
    public ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>Each symbol's code, in its lowest bits. [256]</summary>
    public ReadOnlySpan<ushort> Codes => _codes;

    /// <summary>
    /// The code that takes the fewest bits among those of a greatest length, one code of that length being left for all ones:
    /// package-merge (L. Larmore and D. Hirschberg, A Fast Algorithm for Optimal Length-Limited Huffman Codes, 1990).
    /// </summary>
    /// <param name="weights">How often each symbol, at most 256, occurs; one that does not gets no code.</param>
    /// <param name="limit">The greatest length, 9 to 16 bits.</param>
    public static HuffmanCode Optimal(ReadOnlySpan<long> weights, int limit)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(weights.Length, MostSymbols);
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 9);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(limit, MostLength);
        // The first, lightest one stands for the code of ones, and gets the greatest length.
        var sorted = new List<(long Weight, int Symbol)> { (0, -1) };
        for (int symbol = 0; symbol < weights.Length; symbol++)
        {
            if (weights[symbol] > 0)
            {
                sorted.Add((weights[symbol], symbol));
            }
        }

        sorted.Sort();
        byte[] lengths = Lengthen([.. sorted.Select(item => item.Weight)], limit);
        Span<byte> counts = stackalloc byte[MostLength];
        counts.Clear();
        for (int i = 1; i < sorted.Count; i++)
        {
            counts[lengths[i] - 1]++;
        }

        return new HuffmanCode(counts, [.. Enumerable.Range(1, sorted.Count - 1)
            .OrderBy(i => lengths[i]).ThenBy(i => sorted[i].Symbol).Select(i => (byte)sorted[i].Symbol)]);
    }

    /// <summary>The lengths for weights that rise.</summary>
    private static byte[] Lengthen(long[] weights, int limit)
    {
        // At each level, items and pairs of the level below, by weight: which of them are items is all that is needed later.
        var levels = new bool[limit][];
        long[] below = [];
        for (int level = 0; level < limit; level++)
        {
            int pairs = below.Length / 2;
            var merged = new long[weights.Length + pairs];
            levels[level] = new bool[merged.Length];
            for (int item = 0, pair = 0; item + pair < merged.Length;)
            {
                long weight = pair < pairs ? below[2 * pair] + below[(2 * pair) + 1] : long.MaxValue;
                int at = item + pair;
                levels[level][at] = item < weights.Length && weights[item] <= weight;
                merged[at] = levels[level][at] ? weights[item++] : weight;
                pair = at + 1 - item;
            }

            below = merged;
        }

        // The lightest 2n - 2 of the top: each time that an item is among them, its code is one bit longer.
        var lengths = new byte[weights.Length];
        int taken = (2 * weights.Length) - 2;
        for (int level = limit - 1; level >= 0; level--)
        {
            int items = levels[level].AsSpan(0, taken).Count(true);
            for (int i = 0; i < items; i++)
            {
                lengths[i]++;
            }

            taken = 2 * (taken - items);
        }

        return lengths;
    }
}
