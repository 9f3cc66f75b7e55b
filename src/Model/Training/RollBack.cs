using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Model.Training;

/// <summary>Chooses the checkpoint that a run goes back to, and its books there: a lower rate, one more roll back. Rank 0's.</summary>
internal static class RollBack
{
    /// <summary>Chooses it.</summary>
    /// <param name="store">The run's checkpoints, none of them half written.</param>
    /// <param name="now">Where the run is.</param>
    /// <param name="wanted">The step of the checkpoint to go back to, where it is there and sound; null: the newest. Where the run went back
    /// to that one the last time and it came to nothing, the one before it.</param>
    /// <param name="options">The factor on the rate.</param>
    /// <param name="logger">Told of checkpoints that are damaged.</param>
    /// <returns>The checkpoint and its books; null where there is none.</returns>
    public static (string Path, TrainProgress Books)? Choose(CheckpointStore store, TrainProgress now, long? wanted, HealthOptions options, ILogger logger)
    {
        HealthState state = now.Health ?? new HealthState();
        string? path = wanted is { } step && store.At(step) is { } at && CheckpointStore.Fault(at) is null ? at : Sound(store, now.Step + 1, logger);
        if (path is null)
        {
            return null;
        }

        TrainProgress books = CheckpointStore.ReadProgress(path);
        if (books.Step == state.RolledBackTo && Sound(store, books.Step, logger) is { } earlier)
        {
            path = earlier;
            books = CheckpointStore.ReadProgress(path);
        }

        return (path, books with
        {
            Health = (books.Health ?? new HealthState()) with
            {
                RateFactor = state.RateFactor * options.RollBackRate,
                RollBacks = state.RollBacks + 1,
                RolledBackTo = books.Step,
                SkippedInARow = 0,
            },
        });
    }

    private static string? Sound(CheckpointStore store, long before, ILogger logger)
    {
        try
        {
            return store.LatestSound((path, why) => TrainingLog.CheckpointDamaged(logger, path, why), before);
        }
        catch (RunFailedException)
        {
            return null;
        }
    }
}
