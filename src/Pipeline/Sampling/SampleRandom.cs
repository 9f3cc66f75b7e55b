using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// A counter-based generator: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). The
/// i-th draw at (seed, epoch, position, stream) is a pure function of them, so it does not matter which thread asks, or when.
/// A mutable struct: pass it by reference.
/// </summary>
public struct SampleRandom : IDraws
{
    private const uint Multiplier0 = 0xD2511F53, Multiplier1 = 0xCD9E8D57;
    private const uint Weyl0 = 0x9E3779B9, Weyl1 = 0xBB67AE85;

    private readonly uint _key0, _key1, _counter1, _counter2, _counter3;
    private uint _block;
    private ulong _spare;
    private bool _hasSpare;

    /// <summary>The generator of a position.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="epoch">The epoch, from 0; below 2^32.</param>
    /// <param name="position">The position in the epoch over all ranks, from 0.</param>
    /// <param name="stream">What the draws are for; different streams of a position have nothing to do with each other.</param>
    public SampleRandom(long seed, long epoch, long position, RandomStream stream = RandomStream.Augment)
    {
        ulong mixed = SplitMix.Mix((ulong)seed + (ulong)stream * 0x9E3779B97F4A7C15);
        _key0 = (uint)mixed;
        _key1 = (uint)(mixed >> 32);
        _counter1 = (uint)position;
        _counter2 = (uint)((ulong)position >> 32);
        _counter3 = (uint)epoch;
    }

    /// <summary>The bare generator, for its known answers.</summary>
    internal SampleRandom(ulong key, uint counter0, uint counter1, uint counter2, uint counter3)
    {
        (_key0, _key1) = ((uint)key, (uint)(key >> 32));
        (_block, _counter1, _counter2, _counter3) = (counter0, counter1, counter2, counter3);
    }

    /// <inheritdoc/>
    public double Next() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>64 uniform bits.</summary>
    public ulong NextUInt64()
    {
        if (_hasSpare)
        {
            _hasSpare = false;
            return _spare;
        }

        uint c0 = _block++, c1 = _counter1, c2 = _counter2, c3 = _counter3, k0 = _key0, k1 = _key1;
        for (int round = 0; round < 10; round++)
        {
            Round(ref c0, ref c1, ref c2, ref c3, k0, k1);
            k0 += Weyl0;
            k1 += Weyl1;
        }

        _spare = ((ulong)c3 << 32) | c2;
        _hasSpare = true;
        return ((ulong)c1 << 32) | c0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Round(ref uint c0, ref uint c1, ref uint c2, ref uint c3, uint k0, uint k1)
    {
        ulong product0 = (ulong)Multiplier0 * c0, product1 = (ulong)Multiplier1 * c2;
        uint high0 = (uint)(product0 >> 32), high1 = (uint)(product1 >> 32);
        c0 = high1 ^ c1 ^ k0;
        c1 = (uint)product1;
        c2 = high0 ^ c3 ^ k1;
        c3 = (uint)product0;
    }
}
