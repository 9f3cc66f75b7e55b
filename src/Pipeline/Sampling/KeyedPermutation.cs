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
        : this(count, new SampleRandom(seed, epoch, 0, RandomStream.Order).NextUInt64())
    {
    }

    /// <summary>The permutation of a window of an epoch.</summary>
    internal KeyedPermutation(long count, long seed, long epoch, long window)
        : this(count, new SampleRandom(seed, epoch, window, RandomStream.Window).NextUInt64())
    {
    }

    private KeyedPermutation(long count, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, 1L << 62);
        _count = (ulong)count;
        int bits = 64 - BitOperations.LeadingZeroCount(_count - 1);
        _half = Math.Max(1, (bits + 1) / 2);
        _mask = (1UL << _half) - 1;
        _key = key;
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

    /// <summary>The position that goes to <paramref name="value"/>.</summary>
    public long Inverse(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((ulong)value, _count, nameof(value));
        ulong position = (ulong)value;
        do
        {
            position = Decrypt(position);
        }
        while (position >= _count);
        return (long)position;
    }

    private ulong Mixed(uint round, ulong half) => SplitMix.Mix(_key + ((ulong)round << 56) + half) & _mask;

    private ulong Encrypt(ulong value)
    {
        ulong left = value >> _half, right = value & _mask;
        for (uint round = 0; round < Rounds; round++)
        {
            (left, right) = (right, left ^ Mixed(round, right));
        }

        return (left << _half) | right;
    }

    private ulong Decrypt(ulong value)
    {
        ulong left = value >> _half, right = value & _mask;
        for (uint round = Rounds; round-- > 0;)
        {
            (left, right) = (right ^ Mixed(round, left), left);
        }

        return (left << _half) | right;
    }
}
