namespace StreamTrainer.Pipeline.Sampling;

/// <summary>Which sample stands where in an epoch. Immutable: any thread.</summary>
public readonly struct EpochOrder
{
    private readonly KeyedPermutation _permutation;
    private readonly bool _shuffled;

    private EpochOrder(KeyedPermutation permutation, bool shuffled)
    {
        _permutation = permutation;
        _shuffled = shuffled;
    }

    /// <summary>Every sample once, in an order that is the epoch's own.</summary>
    public static EpochOrder Shuffled(long count, long seed, long epoch) => new(new KeyedPermutation(count, seed, epoch), true);

    /// <summary>Every sample once, in the source's order: for evaluations.</summary>
    public static EpochOrder Natural => default;

    /// <summary>The sample at a position of the epoch.</summary>
    public long this[long position] => _shuffled ? _permutation[position] : position;
}
