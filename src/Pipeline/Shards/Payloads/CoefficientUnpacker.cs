using System.Numerics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>Unpacks a group's blocks in plain code: the reference.</summary>
internal static unsafe class CoefficientUnpacker
{
    /// <summary>Unpacks all blocks of a group.</summary>
    /// <param name="group">The opened group; used up.</param>
    /// <param name="runs">Its blocks, row by row.</param>
    /// <param name="count">How many runs.</param>
    /// <param name="waste">Room for a block that is not wanted, and for one behind it.</param>
    /// <returns>False where the data is damaged.</returns>
    public static bool Unpack(ref CoefficientGroup group, BlockRun* runs, int count, short* waste)
    {
        byte unwanted;
        int number = 0;
        short dc = 0, first = 0;
        for (BlockRun* run = runs; run < runs + count; run++)
        {
            dc = run->Below ? first : (short)0;
            for (int i = 0; i < run->Count; i++, number++)
            {
                bool wanted = i >= run->From && i < run->End;
                short* block = wanted ? run->To + ((i - run->From) * 64) : waste;
                byte* extent = wanted ? run->Extents + (i - run->From) : &unwanted;
                if (!ReadDc(ref group, number, ref dc) || !ReadBlock(ref group, number, block, extent))
                {
                    return false;
                }

                block[0] = dc;
                first = i == 0 ? dc : first;
            }
        }

        return group.AtEnd;
    }

    private static bool ReadDc(ref CoefficientGroup group, int number, ref short dc)
    {
        short difference = (sbyte)group.Dc[number];
        bool read = group.Dc[number] != CoefficientGroup.WideDc || group.ReadWide(out difference);
        dc += difference;
        return read;
    }

    private static bool ReadBlock(ref CoefficientGroup group, int number, short* block, byte* extent)
    {
        int length = (group.Lengths[number >> 1] >> (4 * (number & 1))) & 15;
        ulong mask = 0;
        for (int i = 0; i < length; i++)
        {
            mask |= (ulong)group.Masks[i] << (8 * i);
        }

        group.Masks += length;
        *extent = (byte)(64 - BitOperations.LeadingZeroCount(mask));
        new Span<short>(block, 64).Clear();
        bool good = *extent < 64;
        for (; mask != 0 && good; mask &= mask - 1)
        {
            int bit = group.Bit++, sign = 1 - (2 * Bit(group.Signs, bit));
            short* to = block + Zigzag.Places[BitOperations.TrailingZeroCount(mask) + 1];
            *to = (short)sign;
            if (Bit(group.Large, bit) != 0)
            {
                good = ReadLarge(ref group, sign, to);
            }
        }

        return good;
    }

    private static bool ReadLarge(ref CoefficientGroup group, int sign, short* to)
    {
        int at = group.Nibble++, nibble = (group.Nibbles[at >> 1] >> (4 * (at & 1))) & 15;
        if (nibble < 15)
        {
            *to = (short)(sign * (nibble + 2));
            return true;
        }

        if (group.Escapes >= group.Wide)
        {
            return false;
        }

        int size = *group.Escapes++ + CoefficientGroup.FirstEscaped;
        *to = (short)(sign * size);
        return size < CoefficientGroup.FirstWide || group.ReadWide(out *to);
    }

    private static int Bit(byte* stream, int bit) => (stream[bit >> 3] >> (bit & 7)) & 1;
}
