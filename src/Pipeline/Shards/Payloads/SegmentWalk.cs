using System.Numerics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Turns blocks into the symbols of a sequential JPEG (ITU-T T.81, F.1.2), segment by segment.</summary>
internal static unsafe class SegmentWalk
{
    private const int Block = 0x00, Zeros = 0xf0;

    /// <summary>Gives a segment's symbols to a sink.</summary>
    /// <param name="image">The coefficients.</param>
    /// <param name="row">Its row of MCUs.</param>
    /// <param name="left">Its first MCU.</param>
    /// <param name="mcus">How many.</param>
    /// <param name="sink">What takes the symbols.</param>
    /// <returns>False where a coefficient is greater than 8-bit samples can make it: there is no symbol for it.</returns>
    public static bool Walk<TSink>(CoefficientImage image, int row, int left, int mcus, ref TSink sink)
        where TSink : struct, ISegmentSink
    {
        for (int c = 0; c < image.Frame.Components.Length; c++)
        {
            JpegComponent component = image.Frame.Components[c];
            int tables = IndexedTable.Base(image.Frame.Color, c), first = 0;
            for (int v = 0; v < component.Vertical; v++)
            {
                short* block = image.Blocks(c, (row * component.Vertical) + v) + (left * component.Horizontal * 64L);
                int predicted = first;
                first = *block;
                for (int i = 0; i < mcus * component.Horizontal; i++, block += 64)
                {
                    int kind = v == 0 && i == 0 ? IndexedTable.First : IndexedTable.Difference;
                    if (!AddDc(*block - predicted, tables + kind, ref sink) || !AddAc(block, tables + IndexedTable.Ac, ref sink))
                    {
                        return false;
                    }

                    predicted = *block;
                }
            }
        }

        return true;
    }

    private static bool AddDc<TSink>(int difference, int table, ref TSink sink)
        where TSink : struct, ISegmentSink
    {
        int category = Category(difference);
        sink.Add(table, category, Bits(difference, category));
        return category <= HuffmanTable.MostDifferenceBits;
    }

    private static bool AddAc<TSink>(short* block, int table, ref TSink sink)
        where TSink : struct, ISegmentSink
    {
        var ordered = new ZigzagBlock(block);
        int before = 0;
        for (ulong rest = ordered.Mask; rest != 0;)
        {
            int k = ZigzagBlock.Take(ref rest), value = ordered[k], category = Category(value);
            if (category > HuffmanTable.MostCoefficientBits)
            {
                return false;
            }

            for (; k - before > 16; before += 16)
            {
                sink.Add(table, Zeros, 0);
            }

            sink.Add(table, ((k - before - 1) << 4) | category, Bits(value, category));
            before = k;
        }

        if (before < 63)
        {
            sink.Add(table, Block, 0);
        }

        return true;
    }

    private static int Category(int value) => 32 - BitOperations.LeadingZeroCount((uint)Math.Abs(value));

    private static int Bits(int value, int category) => value < 0 ? value + (1 << category) - 1 : value;
}
