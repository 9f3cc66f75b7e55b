using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline;

/// <summary>Which batches a pipeline makes. All that decides their bytes, besides the data and the transform, is in here.</summary>
public sealed record PipelinePlan
{
    /// <summary>The run's seed.</summary>
    public long Seed { get; init; }

    /// <summary>Samples of a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Epochs in all, the ones before <see cref="StartEpoch"/> included.</summary>
    public long Epochs { get; init; } = 1;

    /// <summary>The epoch to begin in.</summary>
    public long StartEpoch { get; init; }

    /// <summary>The batch of that epoch to begin with.</summary>
    public long StartBatch { get; init; }

    /// <summary>Every sample once in the source's order, the last batch as short as it is, bad samples left out; otherwise
    /// shuffled, whole batches only, bad samples replaced.</summary>
    public bool Evaluation { get; init; }

    /// <summary>Size of the images that the transform makes.</summary>
    public required ImageSize ImageSize { get; init; }

    /// <summary>What is drawn for the samples besides their pixels, to be done on the device (<see cref="Batching.SampleAdjustments"/>); none:
    /// nothing.</summary>
    public AugmentOptions? Augment { get; init; }

    /// <summary>How many batches an epoch has.</summary>
    /// <param name="count">Samples of the source.</param>
    /// <exception cref="UserErrorException">There are too few samples for one training batch.</exception>
    public long BatchesPerEpoch(long count)
    {
        if (Evaluation)
        {
            return (count + BatchSize - 1) / BatchSize;
        }

        return count >= BatchSize
            ? count / BatchSize
            : throw new UserErrorException($"train.batchSize: {BatchSize} is more than the {count} training samples; lower it to at most {count}");
    }

    /// <summary>The plan of a training that goes on after <paramref name="step"/> steps.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="imageSize">Size of the images.</param>
    /// <param name="epochs">Epochs in all.</param>
    /// <param name="step">Batches already trained on, from the very beginning.</param>
    /// <param name="count">Samples of the source.</param>
    /// <exception cref="UserErrorException">There are too few samples for one batch.</exception>
    public static PipelinePlan ForTraining(long seed, int batchSize, ImageSize imageSize, long epochs, long step, long count)
    {
        var plan = new PipelinePlan { Seed = seed, BatchSize = batchSize, ImageSize = imageSize, Epochs = epochs };
        (long epoch, long batch) = Math.DivRem(step, plan.BatchesPerEpoch(count));
        return plan with { StartEpoch = epoch, StartBatch = batch };
    }
}
