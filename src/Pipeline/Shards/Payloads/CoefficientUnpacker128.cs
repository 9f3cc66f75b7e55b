using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Unpacks a group's blocks with vectors of 128 bits (SSE4.2, NEON; AVX2 has nothing wider that would help): the values of a block
/// are made eight at a time, by a shuffle that puts the large ones' sizes into their places, and then stored one by one. Equal to
/// <see cref="CoefficientUnpacker"/>.
/// </summary>
internal static unsafe class CoefficientUnpacker128
{
    /// <summary>For each byte of the stream of large ones, which of the next sizes each of eight coefficients takes; none: 0x80. [256, 8]</summary>
    private static readonly byte* s_places = MakePlaces();

    /// <summary>As <see cref="CoefficientUnpacker.Unpack"/>. May read <see cref="CoefficientGroup.Slack"/> bytes behind the group, and
    /// write to the block behind each.</summary>
    [SkipLocalsInit]
    public static bool Unpack(ref CoefficientGroup group, BlockRun* runs, int count, short* waste)
    {
        // Eight more than a block has values: of the last eight, some are none.
        byte* sizes = stackalloc byte[128];
        short* values = stackalloc short[72];
        byte* places = Zigzag.Table + 1, shuffles = s_places;
        byte* dcs = group.Dc;
        var bitOfByte = Vector128.Create(0x8040201008040201UL).AsByte();
        int number = 0, bit = 0, nibble = 0;
        short first = 0;
        for (BlockRun* run = runs; run < runs + count; run++)
        {
            short dc = run->Below ? first : (short)0;
            for (int i = 0; i < run->Count; i++, number++)
            {
                int difference = (sbyte)dcs[number];
                if (difference == -128)
                {
                    if (!group.ReadWide(out short wide))
                    {
                        return false;
                    }

                    difference = wide;
                }

                dc = (short)(dc + difference);
                first = i == 0 ? dc : first;

                int length = (group.Lengths[number >> 1] >> (4 * (number & 1))) & 15;
                ulong mask = Unsafe.ReadUnaligned<ulong>(group.Masks) & (length == 8 ? ulong.MaxValue : (1UL << (8 * length)) - 1);
                group.Masks += length;
                if ((long)mask < 0)
                {
                    // There is no zigzag position 64.
                    return false;
                }

                int nonZero = BitOperations.PopCount(mask);
                ulong negative = CoefficientGroup.Bits(group.Signs + (bit >> 3), bit & 7), large = CoefficientGroup.Bits(group.Large + (bit >> 3), bit & 7);
                large &= (1UL << nonZero) - 1;
                bit += nonZero;
                int larges = BitOperations.PopCount(large);
                byte* size = sizes + (nibble & 1);
                if (!ReadSizes(ref group, group.Nibbles + (nibble >> 1), sizes, nibble & 1, larges, out ulong wides))
                {
                    return false;
                }

                nibble += larges;
                for (int v = 0; v < nonZero; v += 8, negative >>= 8, large >>= 8)
                {
                    Vector128<byte> eight = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(size)).AsByte();
                    Vector128<byte> shuffle = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(shuffles + (8 * (large & 255)))).AsByte();
                    eight = Vector128.Max(Vector128.Shuffle(eight, shuffle), Vector128<byte>.One);
                    Vector128<byte> sign = Vector128.Equals(Vector128.Create((byte)negative) & bitOfByte, bitOfByte);
                    Vector128.WidenLower(((eight ^ sign) - sign).AsSByte()).Store(values + v);
                    size += BitOperations.PopCount((uint)large & 255);
                }

                short* to = waste;
                int column = i - run->From;
                if (column >= 0 && i < run->End)
                {
                    to = run->To + (column * 64);
                    run->Extents[column] = (byte)(64 - BitOperations.LeadingZeroCount(mask));
                }

                new Span<short>(to, 64).Clear();
                short* value = values;
                for (ulong rest = mask; rest != 0; value += 4)
                {
                    // Where none is left, the place is the one behind the block.
                    to[places[BitOperations.TrailingZeroCount(rest)]] = value[0];
                    rest &= rest - 1;
                    to[places[BitOperations.TrailingZeroCount(rest)]] = value[1];
                    rest &= rest - 1;
                    to[places[BitOperations.TrailingZeroCount(rest)]] = value[2];
                    rest &= rest - 1;
                    to[places[BitOperations.TrailingZeroCount(rest)]] = value[3];
                    rest &= rest - 1;
                }

                to[0] = dc;
                if (wides != 0 && !Patch(ref group, wides, mask, bit - nonZero, to))
                {
                    return false;
                }
            }
        }

        return group.AtEnd;
    }

    /// <summary>The sizes of a block's large coefficients.</summary>
    /// <param name="group">The group; its escapes are used.</param>
    /// <param name="nibbles">The byte with the first nibble.</param>
    /// <param name="sizes">128 bytes; the first size stands at <paramref name="skipped"/>.</param>
    /// <param name="skipped">1 where the first nibble is the high one.</param>
    /// <param name="larges">How many.</param>
    /// <param name="wides">A bit for each size that stands in the wide stream.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadSizes(ref CoefficientGroup group, byte* nibbles, byte* sizes, int skipped, int larges, out ulong wides)
    {
        Vector128<byte> low = Vector128.Create((byte)15), two = Vector128.Create((byte)2);
        ulong escaped = 0;
        wides = 0;
        for (int n = 0; n < larges + skipped; n += 32)
        {
            var packed = Vector128.Load(nibbles + (n >> 1));
            Vector128<byte> even = packed & low, odd = (packed.AsUInt16() >>> 4).AsByte() & low;
            // Bytes of 16 bits: the even nibble, then the odd one.
            (Vector128<ushort> left, Vector128<ushort> right) = Vector128.Widen(even);
            (Vector128<ushort> leftOdd, Vector128<ushort> rightOdd) = Vector128.Widen(odd);
            Vector128<byte> a = (left | (leftOdd << 8)).AsByte(), b = (right | (rightOdd << 8)).AsByte();
            (a + two).Store(sizes + n);
            (b + two).Store(sizes + n + 16);
            ulong mask = Vector128.Equals(a, low).ExtractMostSignificantBits() | ((ulong)Vector128.Equals(b, low).ExtractMostSignificantBits() << 16);
            escaped |= n < 64 ? mask << n >> skipped : 0;
        }

        return ((escaped & ((1UL << larges) - 1)) == 0) || ReadEscapes(ref group, sizes + skipped, escaped & ((1UL << larges) - 1), ref wides);
    }

    private static bool ReadEscapes(ref CoefficientGroup group, byte* sizes, ulong escaped, ref ulong wides)
    {
        if (BitOperations.PopCount(escaped) > group.Wide - group.Escapes)
        {
            return false;
        }

        for (; escaped != 0; escaped &= escaped - 1)
        {
            int at = BitOperations.TrailingZeroCount(escaped), size = *group.Escapes++ + CoefficientGroup.FirstEscaped;
            sizes[at] = (byte)size;
            wides |= size >= CoefficientGroup.FirstWide ? 1UL << at : 0;
        }

        return true;
    }

    /// <summary>Puts values of the wide stream in their places.</summary>
    /// <param name="group">The group.</param>
    /// <param name="wides">Which of the block's large coefficients have them.</param>
    /// <param name="mask">The block's mask.</param>
    /// <param name="bit">Where its bits begin.</param>
    /// <param name="to">The block.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Patch(ref CoefficientGroup group, ulong wides, ulong mask, int bit, short* to)
    {
        for (int large = 0; mask != 0; mask &= mask - 1, bit++)
        {
            if (((group.Large[bit >> 3] >> (bit & 7)) & 1) != 0 && ((wides >> large++) & 1) != 0
                && !group.ReadWide(out to[Zigzag.Places[BitOperations.TrailingZeroCount(mask) + 1]]))
            {
                return false;
            }
        }

        return true;
    }

    private static byte* MakePlaces()
    {
        // For the life of the process.
        var table = (byte*)NativeMemory.AlignedAlloc(256 * 8, 64);
        for (int bits = 0; bits < 256; bits++)
        {
            byte taken = 0;
            for (int i = 0; i < 8; i++)
            {
                table[(8 * bits) + i] = ((bits >> i) & 1) != 0 ? taken++ : (byte)0x80;
            }
        }

        return table;
    }
}
