using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>A block in zigzag order, as writers go through it: from one coefficient that is not zero to the next.</summary>
internal unsafe ref struct ZigzagBlock
{
    private fixed short _values[64];

    /// <summary>Takes a block.</summary>
    /// <param name="block">64 coefficients in row-major order.</param>
    public ZigzagBlock(short* block)
    {
        byte* places = Zigzag.Table;
        for (int k = 0; k < 64; k++)
        {
            _values[k] = block[places[k]];
        }

        ref short first = ref _values[0];
        for (int k = 0; k < 64; k += 16)
        {
            var zero = Vector128.Narrow(
                Vector128.Equals(Vector128.LoadUnsafe(ref first, (nuint)k), Vector128<short>.Zero),
                Vector128.Equals(Vector128.LoadUnsafe(ref first, (nuint)k + 8), Vector128<short>.Zero));
            Mask |= (ulong)(~zero).ExtractMostSignificantBits() << k;
        }

        Mask &= ~1UL;
    }

    /// <summary>Bit k is set where the coefficient at zigzag position k is not zero; that of DC never is.</summary>
    public ulong Mask { get; private set; }

    /// <summary>The coefficient at a zigzag position.</summary>
    public readonly short this[int k] => _values[k];

    /// <summary>The first position of the mask, which is taken out of it.</summary>
    public static int Take(ref ulong mask)
    {
        int k = BitOperations.TrailingZeroCount(mask);
        mask &= mask - 1;
        return k;
    }
}
