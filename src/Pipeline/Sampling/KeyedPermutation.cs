using System.Numerics;

namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// A permutation of <c>[0, count)</c> that is a function, not an array: a Feistel network over the next even number of bits
/// (Luby and Rackoff, "How to construct pseudorandom permutations", 1988), walked along its cycle until it falls below the
/// count (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). Constant memory for any count; less than four
/// walks on average. Immutable: any thread.
/// </summary>
public readonly struct KeyedPermutation
{
    /// <summary>Four rounds make a permutation that nobody can tell from a random one by looking; two more cost nothing beside a JPEG.</summary>
    private const int Rounds = 6;

    private readonly ulong _count, _key, _mask;
    private readonly int _half;

    /// <summary>The permutation of an epoch.</summary>
    /// <param name="count">How many there are to permute; from 1 to 2^62.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public KeyedPermutation(long count, long seed, long epoch)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 62);
        _count = (ulong)count;
        int bits = 64 - BitOperations.LeadingZeroCount(_count - 1);
        _half = Math.Max(1, (bits + 1) / 2);
        _mask = (1UL << _half) - 1;
        _key = new SampleRandom(seed, epoch, 0, RandomStream.Order).NextUInt64();
    }

    /// <summary>Where <paramref name="position"/> goes; a bijection of <c>[0, count)</c>.</summary>
    public long this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)position, _count, nameof(position));
            ulong value = (ulong)position;
            do
            {
                value = Encrypt(value);
            }
            while (value >= _count);
            return (long)value;
        }
    }

    private ulong Encrypt(ulong value)
    {
        ulong left = value >> _half, right = value & _mask;
        for (uint round = 0; round < Rounds; round++)
        {
            ulong mixed = SplitMix.Mix(_key + ((ulong)round << 56) + right) & _mask;
            (left, right) = (right, left ^ mixed);
        }

        return (left << _half) | right;
    }
}
