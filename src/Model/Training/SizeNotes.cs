using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;

namespace StreamTrainer.Model.Training;

/// <summary>Says at the start which statistic differs from what the recipe's groups would give.</summary>
internal static class SizeNotes
{
    /// <summary>Says it.</summary>
    public static void Tell(Recipe recipe, in StepShare share, ILogger logger)
    {
        StepSizes sizes = share.Whole;
        if (recipe.Train.GroupSize is { } group && group > sizes.Batch)
        {
            TrainingLog.SmallerGroup(logger, group, sizes.Batch);
        }

        if (share.Micro < sizes.Micro && !recipe.Distributed.SyncBatchNorm)
        {
            TrainingLog.SharedGroup(logger, sizes.Group, share.Ranks, share.Micro, sizes.Micro);
        }
        else if (sizes.Micro < sizes.Group)
        {
            TrainingLog.SmallerStatistics(logger, sizes.Micro, sizes.Group);
        }
    }
}
