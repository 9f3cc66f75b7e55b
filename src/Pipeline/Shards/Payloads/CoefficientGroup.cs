using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// A group of blocks being unpacked. Its bytes are eight streams, one behind the other, so that where a block begins in each of
/// them depends on counts alone and the work of many blocks overlaps:
/// <code>
/// 1  lengths  4 bits a block: bytes of its mask, 0 to 8
/// 2  dc       a signed byte a block: the difference to the block before it; -128: the difference is in stream 8
/// 3  masks    bit k - 1 is set where the coefficient at zigzag position k is not zero; bytes behind the last set bit are left out
/// 4  signs    a bit a coefficient that is not zero: 1 is negative
/// 5  large    a bit a coefficient that is not zero: 1 is a size above 1
/// 6  nibbles  4 bits a large coefficient: its size less 2; 15: see stream 7
/// 7  escapes  a byte for each 15: the size less 17; 111 or more: the value is in stream 8
/// 8  wide     int16, from the group's end backwards, in the order of use
/// </code>
/// Each stream begins at a whole byte; bits and nibbles fill bytes from the least significant, and what is left is zero.
/// </summary>
internal unsafe struct CoefficientGroup
{
    /// <summary>Smallest size that is an escape, and smallest that stands in the wide stream.</summary>
    public const int FirstEscaped = 17, FirstWide = 128;

    /// <summary>A DC byte whose difference stands in the wide stream.</summary>
    public const byte WideDc = 0x80;

    /// <summary>Bytes behind a group that a reader may touch without using them.</summary>
    public const int Slack = 64;

    /// <summary>The streams; <see cref="Masks"/>, <see cref="Escapes"/> and <see cref="Wide"/> move on with the blocks.</summary>
    public byte* Lengths, Dc, Masks, Signs, Large, Nibbles, Escapes, Wide;

    /// <summary>Coefficients and large ones of the blocks before: places in streams 4 to 6.</summary>
    public int Bit, Nibble;

    private byte* _end;

    /// <summary>Finds the streams of a group.</summary>
    /// <param name="data">Its bytes, <see cref="Slack"/> more of them readable.</param>
    /// <param name="length">How many there are.</param>
    /// <param name="blocks">How many blocks it has.</param>
    /// <returns>False where a stream would leave the group.</returns>
    public bool Open(byte* data, int length, int blocks)
    {
        byte* end = data + length;
        Lengths = data;
        Dc = data + ((blocks + 1) / 2);
        Masks = Dc + blocks;
        if (Masks > end || !SumNibbles(data, blocks, out int bytes) || bytes > end - Masks)
        {
            return false;
        }

        int bits = CountBits(Masks, 8L * bytes), packed = (bits + 7) / 8;
        Signs = Masks + bytes;
        Large = Signs + packed;
        Nibbles = Large + packed;
        if (Nibbles > end)
        {
            return false;
        }

        Escapes = Nibbles + ((CountBits(Large, bits) + 1) / 2);
        Wide = _end = end;
        Bit = Nibble = 0;
        return Escapes <= end;
    }

    /// <summary>Whether all streams are used up, as they are where nothing is damaged.</summary>
    public readonly bool AtEnd => Escapes == Wide;

    /// <summary>The next int16 of the wide stream.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public bool ReadWide(out short value)
    {
        if (Wide - Escapes < 2)
        {
            value = 0;
            return false;
        }

        Wide -= 2;
        value = Unsafe.ReadUnaligned<short>(Wide);
        return true;
    }

    private static bool SumNibbles(byte* from, int count, out int sum)
    {
        const ulong Low = 0x0F0F0F0F0F0F0F0F, Ones = 0x0101010101010101;
        sum = 0;
        ulong over = 0;
        for (; count > 0; count -= 16, from += 8)
        {
            ulong word = Unsafe.ReadUnaligned<ulong>(from);
            word = count < 16 ? word & ((1UL << (4 * count)) - 1) : word;
            ulong even = word & Low, odd = (word >> 4) & Low;
            over |= (even + (7 * Ones)) | (odd + (7 * Ones));
            sum += (int)(((even + odd) * Ones) >> 56);
        }

        return (over & (16 * Ones)) == 0;
    }

    private static int CountBits(byte* from, long bits)
    {
        int count = 0;
        for (; bits >= 64; bits -= 64, from += 8)
        {
            count += BitOperations.PopCount(Unsafe.ReadUnaligned<ulong>(from));
        }

        return count + BitOperations.PopCount(Unsafe.ReadUnaligned<ulong>(from) & ((1UL << (int)bits) - 1));
    }

    /// <summary>At least 63 bits of a stream.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Bits(byte* at, int shift)
        => (Unsafe.ReadUnaligned<ulong>(at) >> shift) | (((ulong)at[8] << 1) << (63 - shift));
}
