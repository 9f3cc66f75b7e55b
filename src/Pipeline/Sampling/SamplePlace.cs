namespace StreamTrainer.Pipeline.Sampling;

/// <summary>Which sample stands where: everything that a random choice about it may depend on.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Epoch">The epoch, from 0.</param>
/// <param name="Position">The position in the epoch over all ranks, from 0.</param>
/// <param name="Index">The sample's index in its source.</param>
public readonly record struct SamplePlace(long Seed, long Epoch, long Position, long Index)
{
    /// <summary>The draws for this position.</summary>
    public SampleRandom Random(RandomStream stream = RandomStream.Augment) => new(Seed, Epoch, Position, stream);
}
