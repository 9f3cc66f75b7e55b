using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;

namespace StreamTrainer.Model.Training;

/// <summary>When a run's state goes to disk, and what happens when it cannot. Training thread only.</summary>
internal sealed class Saving(CheckpointStore store, CheckpointOptions options, TrainState state, RunReporter reporter, PhaseClock clock, ILogger logger)
{
    /// <summary>The books as they are on disk; none before the first checkpoint.</summary>
    public TrainProgress? Saved { get; set; }

    /// <summary>Whether the recipe wants a checkpoint now; the best state so far is always kept.</summary>
    public bool Due(TrainProgress progress)
    {
        long step = progress.Step;
        return step > 0 && (progress.BestStep == step
            || (options.EverySteps is { } steps && step % steps == 0)
            || (options.EveryEpochs is { } epochs && progress.StepInEpoch == 0 && progress.Epoch % epochs == 0)
            || (options.Every is { } time && reporter.SinceCheckpoint >= time));
    }

    /// <summary>Saves the state where it differs from what is on disk.</summary>
    /// <param name="progress">Where the run is.</param>
    /// <param name="required">Whether the run fails where it cannot be saved; otherwise that is only said.</param>
    /// <exception cref="RunFailedException">It could not be saved and had to be.</exception>
    public void Save(TrainProgress progress, bool required)
    {
        if (Saved == progress || progress.Step == 0)
        {
            return;
        }

        clock.Enter(Phase.Checkpoint);
        try
        {
            using var activity = TrainingMetrics.Activities.StartActivity("checkpoint");
            string path = store.Save(progress, state.SaveTo);
            Saved = progress;
            reporter.CheckpointSaved(progress.Step, path, clock.Enter(Phase.Report));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            clock.Enter(Phase.Report);
            string reason = $"{error.Message} ({store.Directory})";
            if (required)
            {
                throw new RunFailedException($"the checkpoint at step {progress.Step} was not saved: {reason}; what was saved before still stands: make room, then resume", error);
            }

            TrainingLog.CheckpointFailed(logger, progress.Step, reason);
        }
    }
}
