using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Telemetry;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;
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
        // On another thread, while this one waits for a rank that does not come.
        session.OnTrouble(trouble =>
        {
            recorder.On(AlarmOf(trouble, recipe, data));
            RunFailure.Log(logger, new RunFailedException(trouble.Message));
            TryWrite(run, summary.Fail(trouble.Message, DateTime.UtcNow), logger);
            display.Dispose();
            output.Error.WriteLine($"error: {Printable.Lines(trouble.Message)}");
            output.Error.Flush();
        });
        long start = Stopwatch.GetTimestamp();
        var announcement = new Announcement(display, run);
        TrainingResult result;
        try
        {
            using TrainingData? opened = data is null ? TrainingData.Open(recipe, logger) : null;
            data ??= opened;
            InitialWeights? weights = resumeFrom is null && recipe.Train.From is { } from ? RunWeights.ToStartFrom(from, display.Note) : null;
            session.Tell(new RankOrder(run.CheckpointDirectory, resumeFrom));
            // Where the training fails, the other ranks are in the middle of an exchange.
            IRanks ranks = session.Ranks(recipe.Distributed);
            var job = new TrainingJob { Recipe = recipe, Data = data, Ranks = ranks, CheckpointDirectory = run.CheckpointDirectory, ResumeFrom = resumeFrom, InitialWeights = weights, Logger = logger };
            result = TrainThread.Run(() => Trainer.Run(job, new Observers(recorder, foreign, announcement, display), signals.Token));
            ranks.Dispose();
        }
        catch (Exception error)
        {
            session.Abandon(error);
            RunFailure.Log(logger, error);
            TryWrite(run, summary.Fail(error.Message, DateTime.UtcNow), logger);
            HostMetrics.RunDone(RunState.Failed, Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (error is UserErrorException or RunFailedException)
            {
                throw;
            }

            throw new RunCrashedException(run.LogFile, error);
        }

        summary = summary.Finish(result, DateTime.UtcNow, recorder.BadSampleCount, PeakMemory.OfWholeProcess(announcement.Device));
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
        return result.State == RunState.Stopped ? signals.ExitCode : ExitCodes.Success;
    }

    private static HealthAlarm AlarmOf(RankTrouble trouble, Recipe recipe, TrainingData? data)
    {
        HealthAlarm alarm = data is null
            ? new HealthAlarm { Time = DateTime.UtcNow, Step = trouble.Steps + 1, Kind = trouble.Kind, Action = HealthAction.Stop, Message = trouble.Message }
            : StepAlarm.Of(recipe, data.Train, trouble.Steps, trouble.Kind, trouble.Message);
        return alarm with { Ranks = trouble.Ranks };
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
        /// <summary>Where it computes.</summary>
        public string Device { get; private set; } = "";

        public void On(TrainingEvent happened)
        {
            if (happened is RunStarted started)
            {
                Device = started.Device;
                display.Note($"run {run.Id} in {run.Path}");
                if (started.From is { } from)
                {
                    display.Note($"starts {from}");
                }
            }
        }
    }

    private sealed class Observers(params ITrainingObserver[] all) : ITrainingObserver
    {
        public void On(TrainingEvent happened) => Array.ForEach(all, each => each.On(happened));
    }
}
