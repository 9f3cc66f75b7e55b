namespace StreamTrainer.Pipeline.Sampling;

/// <summary>Which sample stands where in an epoch, over all ranks. A function, not a list. Immutable: any thread.</summary>
public readonly struct EpochOrder
{
    private readonly Kind _kind;
    private readonly KeyedPermutation _permutation;
    private readonly BlockShuffle _blocks;
    private readonly RepeatedAugmentation? _repeated;

    private EpochOrder(Kind kind, KeyedPermutation permutation, BlockShuffle blocks, RepeatedAugmentation? repeated)
    {
        _kind = kind;
        _permutation = permutation;
        _blocks = blocks;
        _repeated = repeated;
    }

    private enum Kind
    {
        Natural,
        Full,
        Blocks,
    }

    /// <summary>Every sample once, in an order that is the epoch's own; or as <paramref name="repeated"/> says.</summary>
    public static EpochOrder Shuffled(long count, long seed, long epoch, RepeatedAugmentation? repeated = null) =>
        new(Kind.Full, new KeyedPermutation(count, seed, epoch), default, repeated);

    /// <summary>The same in an order that reads neighbours together.</summary>
    public static EpochOrder InBlocks(BlockShuffle blocks, RepeatedAugmentation? repeated = null) => new(Kind.Blocks, default, blocks, repeated);

    /// <summary>Every sample once, in the source's order: for evaluations.</summary>
    public static EpochOrder Natural => default;

    /// <summary>The sample at a position of the epoch.</summary>
    public long this[long position]
    {
        get
        {
            long place = _repeated is { } repeated ? repeated.PlaceOf(position) : position;
            return _kind switch
            {
                Kind.Full => _permutation[place],
                Kind.Blocks => _blocks[place],
                _ => place,
            };
        }
    }

    /// <summary>The positions of a sample, rising; of repeated augmentation's some may lie behind the epoch's end.</summary>
    public IReadOnlyList<long> PositionsOf(long index)
    {
        long place = _kind switch
        {
            Kind.Full => _permutation.Inverse(index),
            Kind.Blocks => _blocks.Inverse(index),
            _ => index,
        };
        return _repeated?.PositionsOf(place) ?? [place];
    }
}
