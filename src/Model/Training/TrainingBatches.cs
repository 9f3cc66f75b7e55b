using StreamTrainer.Model.Distributed;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Training;

/// <summary>What a recipe makes of the training samples: which batches, and of which pixels. For whoever trains on them or looks at them.</summary>
public static class TrainingBatches
{
    /// <summary>The batches, from the first on.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="count">Samples of its training set.</param>
    /// <exception cref="UserErrorException">There are too few samples for one batch.</exception>
    public static PipelinePlan Plan(Recipe recipe, long count)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var size = new ImageSize(recipe.Augment.Size, recipe.Augment.Size);
        return PipelinePlan.ForTraining(recipe.Train.Seed, recipe.Train.BatchSize, size, recipe.Train.Epochs, 0, count, recipe.Data)
            with { Augment = recipe.Augment, Sizes = recipe.Augment.Sizes, Groups = StepSizes.Of(recipe.Train).Groups };
    }

    /// <summary>The batches of one rank, from the first on.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="count">Samples of its training set.</param>
    /// <param name="share">The rank's part of a step.</param>
    /// <exception cref="UserErrorException">There are too few samples for one batch.</exception>
    public static PipelinePlan Plan(Recipe recipe, long count, StepShare share) =>
        Plan(recipe, count) with { BatchSize = share.Batch, Rank = share.Rank, WorldSize = share.Ranks };

    /// <summary>The samples of a step, over all ranks: the epoch, its first position, and the samples' indices by position.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="count">Samples of its training set.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="most">So many at most, the first ones.</param>
    public static (long Epoch, long Position, long[] Samples) OfStep(Recipe recipe, long count, long step, int most = int.MaxValue)
    {
        PipelinePlan plan = Plan(recipe, count);
        (long epoch, long batch) = Math.DivRem(step, plan.BatchesPerEpoch(count));
        long first = batch * plan.Partition.StepSize;
        EpochOrder order = plan.OrderOf(count, epoch);
        var samples = new long[Math.Min(most, plan.Partition.StepSize)];
        for (int i = 0; i < samples.Length; i++)
        {
            samples[i] = order[first + i];
        }

        return (epoch, first, samples);
    }

    /// <summary>The same recipe with an epoch's images from the first epoch on, for what is measured on them.</summary>
    public static Recipe WithImagesOf(Recipe recipe, long epoch)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Augment.Sizes is { } sizes ? recipe with { Augment = recipe.Augment with { Size = sizes.At(epoch), Sizes = null } } : recipe;
    }

    /// <summary>The transform of one worker.</summary>
    public static TrainTransform Transform(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return new TrainTransform(recipe.Augment, recipe.Data.ExifOrientation, recipe.Data.Decoder, recipe.Data.Mean);
    }
}
