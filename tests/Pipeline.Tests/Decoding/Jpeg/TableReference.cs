using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>What the entries of a <see cref="HuffmanTable"/> must be, one code at a time.</summary>
internal static unsafe class TableReference
{
    /// <summary>An entry of <see cref="HuffmanTable.Pairs"/> by its meaning.</summary>
    public readonly record struct Entry(int Bits, int LastAt, int LastBits, int FirstDistance, int Distance, int FirstBits, short FirstValue);

    private readonly record struct Symbol(int Length, int Category, int Distance, bool IsEnd);

    public static Entry Read(HuffmanTable table, int index)
    {
        byte* entry = (byte*)(table.Pairs + index);
        return new Entry(entry[0], entry[1], entry[2], entry[3], entry[4], entry[5], *(short*)(entry + 6));
    }

    public static Entry Pair(HuffmanTable table, int index)
    {
        const int Bits = HuffmanTable.PairBits;
        if (Take(table, index, Bits, 0) is not { } first)
        {
            return new Entry(0, 0, 0, 64, 128, 0, 0);
        }

        int end = first.Length + first.Category;
        if (first.Category > 0 && end < Bits && Take(table, index, Bits, end) is { } second)
        {
            int value = (index >> (Bits - end)) & ((1 << first.Category) - 1);
            value = value >> (first.Category - 1) == 0 ? value - (1 << first.Category) + 1 : value;
            return new Entry(
                end + second.Length + second.Category, end + second.Length, second.Category,
                first.Distance, first.Distance + (second.IsEnd ? 64 : second.Distance), end, (short)value);
        }

        return new Entry(end, first.Length, first.Category, 64, first.IsEnd ? 64 : first.Distance, 0, 0);
    }

    public static int Run(HuffmanTable table, int index)
    {
        const int Bits = HuffmanTable.RunBits;
        int taken = 0, distance = 0;
        while (taken < Bits && Take(table, index, Bits, taken) is { } symbol)
        {
            taken += symbol.Length + symbol.Category;
            distance += symbol.IsEnd ? 128 : symbol.Distance;
            if (symbol.Category == 0)
            {
                break;
            }
        }

        return taken == 0 ? 0xff00 : taken | (distance << 8);
    }

    /// <summary>The code that begins at a bit of an index, if it ends in it and is a legal one.</summary>
    private static Symbol? Take(HuffmanTable table, int index, int bits, int at)
    {
        int code = 0, position = 0;
        ReadOnlySpan<byte> counts = table.Counts, symbols = table.Symbols;
        for (int length = 1; length <= bits - at; length++, code <<= 1)
        {
            int window = (index >> (bits - at - length)) & ((1 << length) - 1), last = code + counts[length - 1];
            if (window >= code && window < last)
            {
                int symbol = symbols[position + window - code], category = symbol & 15;
                return category > HuffmanTable.MostCoefficientBits || (category == 0 && symbol is not (0 or 0xf0))
                    ? null
                    : new Symbol(length, category, (symbol >> 4) + 1, symbol == 0);
            }

            position += counts[length - 1];
            code = last;
        }

        return null;
    }
}
