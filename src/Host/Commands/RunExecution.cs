using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Telemetry;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>One process's part of a run, new or resumed: lock, log, events, training, summary, and what is shown of it.</summary>
internal sealed class RunExecution(CommandOutput output, bool json, bool quiet, bool verbose, RankSession session)
{
    /// <summary>Trains, and gives the exit code.</summary>
    /// <param name="run">Its directory.</param>
    /// <param name="recipe">Its recipe.</param>
    /// <param name="data">Its data where they are open; not disposed.</param>
    public int Run(RunDirectory run, Recipe recipe, TrainingData? data = null)
    {
        using RunLock held = RunLock.Acquire(run);
        if (RunSummary.Read(run) is { State: RunState.Completed } earlier)
        {
            output.Error.WriteLine($"run {run.Id} is complete; there is nothing to resume");
            WriteAnswer(earlier, run);
            return ExitCodes.Success;
        }

        RunEnvironment.Complete(run);
        // Under the lock: its last owner may have saved, and pruned, until it let go. Without a checkpoint a run begins anew.
        var store = new CheckpointStore(run.CheckpointDirectory, recipe.Checkpoint.Keep);
        RunSummary summary = RunSummary.Begin(run, recipe, DateTime.UtcNow);
        using var activity = HostMetrics.Activities.StartActivity("run");
        using IProgressDisplay display = ProgressDisplay.For(output.Error, quiet, recipe);
        using var logger = new RunLogger(run, new DisplayLogger(display, verbose));
        string? resumeFrom = store.LatestSound((path, why) => RunLog.CheckpointSkipped(logger, path, why));
        using var recorder = new RunRecorder(run, logger);
        using var foreign = new ForeignLogs(run, recipe.Log, logger);
        using var signals = new StopSignals(display.Note, display.Restore);
        TryWrite(run, summary, logger);
        HostMetrics.RunIs(RunState.Running);
        long start = Stopwatch.GetTimestamp();
        TrainingResult result;
        try
        {
            string? weights = resumeFrom is null && recipe.Train.From is { } from ? RunWeights.FileOf(from, display.Note) : null;
            session.Tell(new RankOrder(run.CheckpointDirectory, resumeFrom));
            using IRanks ranks = session.Ranks(recipe.Distributed);
            var job = new TrainingJob { Recipe = recipe, Data = data, Ranks = ranks, CheckpointDirectory = run.CheckpointDirectory, ResumeFrom = resumeFrom, InitialWeights = weights, Logger = logger };
            result = TrainThread.Run(() => Trainer.Run(job, new Observers(recorder, foreign, new Announcement(display, run), display), signals.Token));
        }
        catch (Exception error)
        {
            RunFailure.Log(logger, error);
            TryWrite(run, summary.Fail(error.Message, DateTime.UtcNow) with { ExitCode = CommandLine.Describe(error).Code }, logger);
            HostMetrics.RunDone(RunState.Failed, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (error is UserErrorException or RunFailedException)
            {
                throw;
            }

            throw new RunCrashedException(run.LogFile, error);
        }

        int code = result.State == RunState.Stopped ? signals.ExitCode : ExitCodes.Success;
        summary = summary.Finish(result, DateTime.UtcNow, recorder.BadSampleCount) with { ExitCode = code };
        if (!TryWrite(run, summary, logger))
        {
            throw new RunFailedException($"{run.SummaryFile} cannot be written; what was saved stands: make room, then resume");
        }

        HostMetrics.RunDone(result.State, Stopwatch.GetElapsedTime(start).TotalSeconds);
        display.Dispose();
        if (!json && !quiet)
        {
            TimeTable.Write(output.Error, result);
        }

        WriteAnswer(summary, run);
        return code;
    }

    private void WriteAnswer(RunSummary summary, RunDirectory run) =>
        output.Out.WriteLine(json ? JsonSerializer.Serialize(summary, RunJson.Default.RunSummary) : SummaryLine.Of(summary, run.Path));

    private static bool TryWrite(RunDirectory run, RunSummary summary, ILogger logger)
    {
        try
        {
            RunSummary.Write(run, summary);
            return true;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The error that ended the run is the one to tell; that the disk is full too stands in the log, if there is room.
            RunFailure.NotSummarised(logger, error.Message);
            return false;
        }
    }

    /// <summary>Says where a run is once it is one: of a run that is refused there is nothing to say but why.</summary>
    private sealed class Announcement(IProgressDisplay display, RunDirectory run) : ITrainingObserver
    {
        public void On(TrainingEvent happened)
        {
            if (happened is RunStarted)
            {
                display.Note($"run {run.Id} in {run.Path}");
            }
        }
    }

    private sealed class Observers(params ITrainingObserver[] all) : ITrainingObserver
    {
        public void On(TrainingEvent happened) => Array.ForEach(all, each => each.On(happened));
    }
}
