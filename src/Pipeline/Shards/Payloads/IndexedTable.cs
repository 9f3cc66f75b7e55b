using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>The numbers of the six codes of a set: three kinds for luma (and any plane that is no chroma), three for chroma.</summary>
internal static class IndexedTable
{
    /// <summary>DC of a segment's first block, and differences of the others; AC. Chroma's are three further.</summary>
    public const int First = 0, Difference = 1, Ac = 2, Kinds = 3;

    /// <summary>Codes of a set.</summary>
    public const int Count = 2 * Kinds;

    /// <summary>Greatest bits of a DC code and of an AC code: what <see cref="HuffmanTable"/> looks up at once.</summary>
    public const int MostDcBits = HuffmanTable.DifferenceBits, MostAcBits = HuffmanTable.PairBits;

    /// <summary>Where a component's codes begin.</summary>
    public static int Base(JpegColor color, int component) => color == JpegColor.YCbCr && component > 0 ? Kinds : 0;

    /// <summary>Whether a code is one of DC.</summary>
    public static bool IsDc(int table) => table % Kinds != Ac;
}
