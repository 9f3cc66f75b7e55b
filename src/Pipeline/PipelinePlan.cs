using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline;

/// <summary>Which batches a pipeline makes. All that decides their bytes, besides the data and the transform, is in here.</summary>
public sealed record PipelinePlan
{
    /// <summary>The run's seed.</summary>
    public long Seed { get; init; }

    /// <summary>Samples of a batch: of this rank's, where there are several.</summary>
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

    /// <summary>Size of the images that the transform makes; the largest where <see cref="Sizes"/> has several.</summary>
    public required ImageSize ImageSize { get; init; }

    /// <summary>The images' side by epoch; none: always <see cref="ImageSize"/>.</summary>
    public SizeSchedule? Sizes { get; init; }

    /// <summary>What is drawn for the samples besides their pixels, to be done on the device (<see cref="Batching.SampleAdjustments"/>); none:
    /// nothing.</summary>
    public AugmentOptions? Augment { get; init; }

    /// <summary>How a training epoch is shuffled.</summary>
    public Shuffle Shuffle { get; init; }

    /// <summary>How often a sample comes in a row (<see cref="RepeatedAugmentation"/>); 0: there is no such thing.</summary>
    public int AugRepeats { get; init; }

    /// <summary>This process's rank, from 0.</summary>
    public int Rank { get; init; }

    /// <summary>How many ranks share the epoch.</summary>
    public int WorldSize { get; init; } = 1;

    /// <summary>How many groups a training step's samples are dealt to, over all ranks: timm's number of processes. Not the
    /// number of ranks, so that the same recipe is the same order on any number of them.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Which positions this rank has. In an evaluation neighbours go to different ranks, so the last step is shared too.</summary>
    public RankPartition Partition => new(Rank, WorldSize, BatchSize, Evaluation ? WorldSize : Groups);

    /// <summary>How many batches an epoch has: the same on every rank.</summary>
    /// <param name="count">Samples of the source.</param>
    /// <exception cref="UserErrorException">There are too few samples for one training batch.</exception>
    public long BatchesPerEpoch(long count)
    {
        CheckRanks();
        long step = Partition.StepSize;
        if (Evaluation)
        {
            return (count + step - 1) / step;
        }

        if (AugRepeats == 0)
        {
            return count >= step
                ? count / step
                : throw new UserErrorException($"train.batchSize: {step} is more than the {count} training samples; lower it to at most {count}");
        }

        if (count < RepeatedAugmentation.SelectedRound)
        {
            throw new UserErrorException(
                $"data.augRepeats: repeated augmentation rounds an epoch down to a multiple of {RepeatedAugmentation.SelectedRound}, and the {count} training samples leave nothing; set it to 0, or train on more");
        }

        long length = Repeated(count)!.Value.Length;
        return length >= step
            ? length / step
            : throw new UserErrorException($"train.batchSize: {step} is more than the {Counted.Of(length, "image")} that an epoch with data.augRepeats {AugRepeats} has of {Counted.Of(count, "training sample")}; lower it to at most {length}");
    }

    /// <summary>Size of an epoch's images.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    public ImageSize SizeAt(long epoch) => Sizes?.At(epoch) is { } side ? new ImageSize(side, side) : ImageSize;

    /// <summary>How many rows a batch has: the same on every rank. In an evaluation's last step a rank's last row may lie behind
    /// the end; it is padding, and its label is -1.</summary>
    /// <param name="batch">The batch's number in its epoch.</param>
    /// <param name="count">Samples of the source.</param>
    public int RowsOf(long batch, long count) =>
        Evaluation ? (int)Math.Min(BatchSize, (count - batch * Partition.StepSize + WorldSize - 1) / WorldSize) : BatchSize;

    /// <summary>The same plan, going on after <paramref name="step"/> batches from the very beginning.</summary>
    /// <param name="step">Batches already done.</param>
    /// <param name="count">Samples of the source.</param>
    /// <exception cref="UserErrorException">There are too few samples for one batch.</exception>
    public PipelinePlan After(long step, long count)
    {
        (long epoch, long batch) = Math.DivRem(step, BatchesPerEpoch(count));
        return this with { StartEpoch = epoch, StartBatch = batch };
    }

    /// <summary>The plan of a training that goes on after <paramref name="step"/> steps.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="batchSize">Samples of a batch.</param>
    /// <param name="imageSize">Size of the images.</param>
    /// <param name="epochs">Epochs in all.</param>
    /// <param name="step">Batches already trained on, from the very beginning.</param>
    /// <param name="count">Samples of the source.</param>
    /// <param name="data">Shuffling and repeated augmentation; none: the defaults.</param>
    /// <exception cref="UserErrorException">There are too few samples for one batch.</exception>
    public static PipelinePlan ForTraining(long seed, int batchSize, ImageSize imageSize, long epochs, long step, long count, DataOptions? data = null) =>
        new PipelinePlan
        {
            Seed = seed,
            BatchSize = batchSize,
            ImageSize = imageSize,
            Epochs = epochs,
            Shuffle = data?.Shuffle ?? default,
            AugRepeats = data?.AugRepeats ?? 0,
        }.After(step, count);

    /// <summary>The order of an epoch.</summary>
    /// <param name="count">Samples of the source; from 1.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    public EpochOrder OrderOf(long count, long epoch)
    {
        if (Evaluation)
        {
            return EpochOrder.Natural;
        }

        return Shuffle.Blocks
            ? EpochOrder.InBlocks(BlocksOf(count, epoch), Repeated(count))
            : EpochOrder.Shuffled(count, Seed, epoch, Repeated(count));
    }

    /// <summary>The blocks of an epoch that is shuffled in blocks.</summary>
    internal BlockShuffle BlocksOf(long count, long epoch) => new(count, Shuffle.Size, Shuffle.Buffer, Seed, epoch);

    private RepeatedAugmentation? Repeated(long count) =>
        AugRepeats == 0 ? null : new RepeatedAugmentation(count, AugRepeats, Groups);

    private void CheckRanks()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(WorldSize, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(Rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Rank, WorldSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(Groups, 1);
        if (!Evaluation && Partition.StepSize % Groups != 0)
        {
            throw new ArgumentException($"{Partition.StepSize} samples of a step cannot be dealt to {Groups} groups");
        }
    }
}
