using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Unpacks a group's blocks with AVX-512 VBMI2, a block in a register of 64 bytes: sizes of the large coefficients are made from
/// nibbles, the escapes expanded into their places among them, the large ones among all (whose bits PDEP puts there), and one
/// permutation makes row-major order. Equal to <see cref="CoefficientUnpacker"/>.
/// </summary>
internal static unsafe class CoefficientUnpackerAvx512
{
    /// <summary>For each place of a block its zigzag position.</summary>
    private static ReadOnlySpan<byte> Positions =>
    [
        0, 1, 5, 6, 14, 15, 27, 28, 2, 4, 7, 13, 16, 26, 29, 42, 3, 8, 12, 17, 25, 30, 41, 43, 9, 11, 18, 24, 31, 40, 44, 53,
        10, 19, 23, 32, 39, 45, 52, 54, 20, 22, 33, 38, 46, 51, 55, 60, 21, 34, 37, 47, 50, 56, 59, 61, 35, 36, 48, 49, 57, 58, 62, 63,
    ];

    /// <summary>Whether this processor has what <see cref="VectorLevel.Vector512"/> does not tell.</summary>
    public static bool IsSupported => Avx512Vbmi2.IsSupported && Bmi2.X64.IsSupported;

    /// <summary>As <see cref="CoefficientUnpacker.Unpack"/>. May read <see cref="CoefficientGroup.Slack"/> bytes behind the group.</summary>
    [SkipLocalsInit]
    public static bool Unpack(ref CoefficientGroup group, BlockRun* runs, int count, short* waste)
    {
        // Byte i of a mask's vector has bit i of the mask.
        Vector512<byte> byteOfBit = Vector512.Create(
            0x0000000000000000UL, 0x0101010101010101UL, 0x0202020202020202UL, 0x0303030303030303UL,
            0x0404040404040404UL, 0x0505050505050505UL, 0x0606060606060606UL, 0x0707070707070707UL).AsByte();
        Vector512<byte> bitOfByte = Vector512.Create(0x8040201008040201UL).AsByte();
        // Four bytes hold eight nibbles, a fifth the last one where the first byte's low nibble belongs to the block before.
        Vector512<byte> nibbleBytes = Vector512.Create(
            0x0706050403020100UL, 0x0B0A090807060504UL, 0x0F0E0D0C0B0A0908UL, 0x131211100F0E0D0CUL,
            0x1716151413121110UL, 0x1B1A191817161514UL, 0x1F1E1D1C1B1A1918UL, 0x232221201F1E1D1CUL).AsByte();
        Vector512<byte> nibbleShifts = Vector512.Create(0x1C1814100C080400UL).AsByte();
        Vector512<byte> order = Vector512.LoadUnsafe(ref MemoryMarshal.GetReference(Positions));
        Vector512<byte> low = Vector512.Create((byte)15), one = Vector512.Create((byte)1), two = Vector512.Create((byte)2);
        Vector512<byte> escaped = Vector512.Create((byte)CoefficientGroup.FirstEscaped);

        byte* lengths = group.Lengths, dcs = group.Dc, masks = group.Masks, signs = group.Signs, escapes = group.Escapes;
        long toLarge = group.Large - signs;
        byte* nibbles = group.Nibbles;
        long bit = 0, nibble = 0;
        int number = 0;
        short first = 0;
        ulong bad = 0;
        for (BlockRun* run = runs; run < runs + count; run++)
        {
            short dc = run->Below ? first : (short)0;
            int from = run->From, wanted = run->End - from;
            for (int i = 0; i < run->Count; i++, number++)
            {
                int difference = (sbyte)dcs[number];
                if (difference == -128)
                {
                    group.Escapes = escapes;
                    if (!group.ReadWide(out short wide))
                    {
                        return false;
                    }

                    difference = wide;
                }

                dc = (short)(dc + difference);
                first = i == 0 ? dc : first;

                int length = (lengths[number >> 1] >> (4 * (number & 1))) & 15;
                ulong mask = Bmi2.X64.ZeroHighBits(Unsafe.ReadUnaligned<ulong>(masks), (ulong)(8 * length));
                masks += length;
                bad |= mask;
                ulong places = mask << 1;
                byte* at = signs + (bit >> 3);
                int shift = (int)(bit & 7);
                ulong negative = Bmi2.X64.ParallelBitDeposit(CoefficientGroup.Bits(at, shift), places);
                ulong large = Bmi2.X64.ParallelBitDeposit(CoefficientGroup.Bits(at + toLarge, shift), places);
                bit += BitOperations.PopCount(mask);

                Vector512<byte> sizes = Avx512Vbmi.PermuteVar64x8(Vector512.Load(nibbles + (nibble >> 1)), nibbleBytes);
                sizes = Avx512Vbmi.MultiShift(nibbleShifts + Vector512.Create((byte)(4 * (nibble & 1))), sizes.AsUInt64()).AsByte() & low;
                int larges = BitOperations.PopCount(large);
                nibble += larges;
                Vector512<byte> isEscape = Vector512.Equals(sizes, low);
                Vector512<byte> escapeSizes = Avx512BW.AddSaturate(Vector512.Load(escapes), escaped);
                sizes = Avx512Vbmi2.Expand(sizes + two, isEscape, escapeSizes);
                escapes += BitOperations.PopCount(Bmi2.X64.ZeroHighBits(isEscape.ExtractMostSignificantBits(), (ulong)larges));
                ulong wides = Bmi2.X64.ZeroHighBits(sizes.ExtractMostSignificantBits(), (ulong)larges);

                Vector512<byte> values = Vector512.Min(Avx512BW.Shuffle(Vector512.Create(places).AsByte(), byteOfBit) & bitOfByte, one);
                values = Avx512Vbmi2.Expand(values, Spread(large, byteOfBit, bitOfByte), sizes);
                values = Vector512.ConditionalSelect(Spread(negative, byteOfBit, bitOfByte), Vector512<byte>.Zero - values, values);
                values = Avx512Vbmi.PermuteVar64x8(values, order);

                short* to = waste;
                int column = i - from;
                if ((uint)column < (uint)wanted)
                {
                    to = run->To + (column * 64);
                    run->Extents[column] = (byte)(64 - BitOperations.LeadingZeroCount(mask));
                }

                Avx512BW.ConvertToVector512Int16(values.GetLower().AsSByte()).Store(to);
                Avx512BW.ConvertToVector512Int16(values.GetUpper().AsSByte()).Store(to + 32);
                to[0] = dc;
                if (escapes > group.Wide)
                {
                    return false;
                }

                if (wides != 0)
                {
                    group.Escapes = escapes;
                    if (!Patch(ref group, Bmi2.X64.ParallelBitDeposit(wides, large), to))
                    {
                        return false;
                    }
                }
            }
        }

        group.Escapes = escapes;
        return bad <= long.MaxValue && group.AtEnd;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Spread(ulong mask, Vector512<byte> byteOfBit, Vector512<byte> bitOfByte)
        => ~Vector512.Equals(Avx512BW.Shuffle(Vector512.Create(mask).AsByte(), byteOfBit) & bitOfByte, Vector512<byte>.Zero);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Patch(ref CoefficientGroup group, ulong places, short* to)
    {
        for (; places != 0; places &= places - 1)
        {
            if (!group.ReadWide(out to[Zigzag.Places[BitOperations.TrailingZeroCount(places)]]))
            {
                return false;
            }
        }

        return true;
    }
}
