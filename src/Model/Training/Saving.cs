using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;

namespace StreamTrainer.Model.Training;

/// <summary>When a run's state goes to disk, and what happens when it cannot. Training thread only.</summary>
internal sealed class Saving(CheckpointStore store, CheckpointOptions options, TrainState state, RunReporter reporter, PhaseClock clock, ILogger logger)
{
    private long _lastTry = Stopwatch.GetTimestamp();
    private long? _best;

    /// <summary>The books as they are on disk; none before the first checkpoint.</summary>
    public TrainProgress? Saved { get; set; }

    /// <summary>Whether the recipe wants a checkpoint now; the best state so far is always kept, and what is kept has the last books.</summary>
    public bool Due(TrainProgress progress)
    {
        long step = progress.Step;
        return step > 0 && (progress.BestStep == step || Saved?.Step == step
            || (options.EverySteps is { } steps && step % steps == 0)
            || (options.EveryEpochs is { } epochs && progress.StepInEpoch == 0 && progress.Epoch % epochs == 0)
            || (options.Every is { } time && Stopwatch.GetElapsedTime(_lastTry) >= time));
    }

    /// <summary>Saves the state where it differs from what is on disk.</summary>
    /// <param name="progress">Where the run is.</param>
    /// <param name="required">Whether the run fails where it cannot be saved; otherwise that is only said.</param>
    /// <exception cref="RunFailedException">It could not be saved and had to be, or is not worth it: the weights are no numbers.</exception>
    public void Save(TrainProgress progress, bool required)
    {
        if (Saved == progress || progress.Step == 0)
        {
            return;
        }

        clock.Enter(Phase.Checkpoint);
        // Also where it fails: on a full disk every step would try again.
        _lastTry = Stopwatch.GetTimestamp();
        // The best state that is on disk is kept until a better one is there.
        _best = progress.BestStep is { } best && (best == progress.Step || store.At(best) is not null) ? best : _best;
        try
        {
            using var activity = TrainingMetrics.Activities.StartActivity("checkpoint");
            if (Saved?.Step == progress.Step)
            {
                store.SaveState(progress, _best);
                Saved = progress;
                clock.Enter(Phase.Report);
                return;
            }

            RunChecks.Finite(state.Flat, progress.Step);
            string path = store.Save(progress, state.SaveTo, _best);
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
