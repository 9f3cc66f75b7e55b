using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Model.Training;

/// <summary>When a run's state goes to disk, and what happens when it cannot. It is copied while training stands still and written
/// by a thread of its own; only the end of a run waits for the disk. Training thread only.</summary>
internal sealed class Saving(CheckpointStore store, CheckpointOptions options, TrainState state, RunReporter reporter, PhaseClock clock, ILogger logger)
{
    private long _lastTry = Stopwatch.GetTimestamp();
    private long? _best;
    private Written? _writing;

    /// <summary>The books as they are on disk; none before the first checkpoint.</summary>
    public TrainProgress? Saved { get; set; }

    /// <summary>Whether the recipe wants a checkpoint now; the best state so far is always kept, and what is kept has the last books.</summary>
    public bool Due(TrainProgress progress)
    {
        if (_writing is { Task.IsCompleted: true })
        {
            Settle();
        }

        long step = progress.Step;
        return step > 0 && (progress.BestStep == step || (_writing?.Progress ?? Saved)?.Step == step
            || (options.EverySteps is { } steps && step % steps == 0)
            || (options.EveryEpochs is { } epochs && progress.StepInEpoch == 0 && progress.Epoch % epochs == 0)
            || (options.Every is { } time && Stopwatch.GetElapsedTime(_lastTry) >= time));
    }

    /// <summary>Saves the state where it differs from what is on disk.</summary>
    /// <param name="progress">Where the run is.</param>
    /// <param name="required">Whether the disk is waited for, and the run fails where the state cannot be saved; otherwise that is only
    /// said, later.</param>
    /// <param name="first">Whether a state before the first step is saved too.</param>
    /// <exception cref="RunFailedException">It could not be saved and had to be, or is not worth it: the weights are no numbers.</exception>
    public void Save(TrainProgress progress, bool required, bool first = false)
    {
        if ((_writing?.Progress ?? Saved) == progress && !required)
        {
            return;
        }

        clock.Enter(Phase.Checkpoint);
        Settle();
        if (Saved == progress || (progress.Step == 0 && !first))
        {
            clock.Enter(Phase.Report);
            return;
        }

        // Also where it fails: on a full disk every step would try again.
        _lastTry = Stopwatch.GetTimestamp();
        // The best state that is on disk is kept until a better one is there.
        _best = progress.BestStep is { } best && (best == progress.Step || store.At(best) is not null) ? best : _best;
        try
        {
            using var activity = TrainingMetrics.Activities.StartActivity("checkpoint");
            // An average that was completed after a stop is new tensors of the same step.
            if (Saved?.Step == progress.Step && Saved.SwaCalibrated == progress.SwaCalibrated)
            {
                store.SaveState(progress, _best);
                Saved = progress;
                clock.Enter(Phase.Report);
                return;
            }

            RunChecks.Finite(state.Flat, progress.Step);
            if (options.Background && !required)
            {
                StateSnapshot snapshot = state.Snapshot();
                long? keep = _best;
                _writing = new Written(progress, Task.Factory.StartNew(() => Write(progress, snapshot, keep), TaskCreationOptions.LongRunning), clock.Enter(Phase.Report));
                return;
            }

            string path = store.Save(progress, state.SaveTo, _best);
            Saved = progress;
            reporter.CheckpointSaved(progress.Step, path, clock.Enter(Phase.Report));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            clock.Enter(Phase.Report);
            WriteTrouble trouble = WriteTrouble.Of(error, store.Directory);
            if (required)
            {
                throw new RunFailedException($"the checkpoint at step {progress.Step} was not saved: {trouble.Reason} ({store.Directory}); what was saved before still stands: {trouble.Remedy}, then resume", error);
            }

            TrainingLog.CheckpointFailed(logger, progress.Step, $"{trouble.Reason} ({store.Directory})");
        }
    }

    /// <summary>The run goes on from an earlier checkpoint, with other books: those after it are removed, so that whoever resumes goes the
    /// same way.</summary>
    /// <param name="books">The books.</param>
    /// <exception cref="RunFailedException">The disk is full or the like.</exception>
    public void GoBackTo(TrainProgress books)
    {
        try
        {
            store.DropAfter(books.Step);
            _best = books.BestStep is { } best && store.At(best) is not null ? best : null;
            store.SaveState(books, _best);
            Saved = books;
            _lastTry = Stopwatch.GetTimestamp();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            WriteTrouble trouble = WriteTrouble.Of(error, store.Directory);
            throw new RunFailedException($"the run cannot go back to step {books.Step}: {trouble.Reason} ({store.Directory}): {trouble.Remedy}, then resume", error);
        }
    }

    /// <summary>Waits for the checkpoint that is being written, and tells what came of it.</summary>
    public void Settle()
    {
        if (_writing is not { } written)
        {
            return;
        }

        _writing = null;
        try
        {
            string path = written.Task.GetAwaiter().GetResult();
            Saved = written.Progress;
            reporter.CheckpointSaved(written.Progress.Step, path, written.Seconds);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            TrainingLog.CheckpointFailed(logger, written.Progress.Step, $"{WriteTrouble.Of(error, store.Directory).Reason} ({store.Directory})");
        }
    }

    private string Write(TrainProgress progress, StateSnapshot snapshot, long? keep)
    {
        using (snapshot)
        {
            return store.Save(progress, snapshot.WriteTo, keep);
        }
    }

    /// <summary>A checkpoint on its way to the disk.</summary>
    /// <param name="Progress">Its books.</param>
    /// <param name="Task">Gives its path.</param>
    /// <param name="Seconds">How long training stood still for it.</param>
    private sealed record Written(TrainProgress Progress, Task<string> Task, double Seconds);
}
