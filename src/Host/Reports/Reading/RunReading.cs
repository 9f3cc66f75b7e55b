using System.Globalization;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>Reads a run without touching it, and finds out how it stands. Nothing that is wrong with it is an error here: it is what the
/// report tells.</summary>
internal static class RunReading
{
    /// <summary>Whether a folder is a run, or what is left of one.</summary>
    public static bool IsRun(string path) =>
        new[] { "recipe.yaml", "events.msgpack", "summary.json", "environment.json" }.Any(name => File.Exists(Path.Combine(path, name)));

    /// <summary>The run in a directory.</summary>
    public static RunRecord Read(string path)
    {
        if (!Directory.Exists(path))
        {
            return new RunRecord(path, RunStanding.Missing, "it is not there: the sweep has not come to it, or it was deleted");
        }

        if (!IsRun(path))
        {
            return new RunRecord(path, RunStanding.NoRun, "this folder is no run: it has no recipe.yaml");
        }

        List<string> notes = [], faults = [];
        RunDirectory? run = Try(() => RunDirectory.Open(path), faults);
        if (run is null)
        {
            return new RunRecord(path, RunStanding.Broken, faults[0]);
        }

        Recipe? recipe = Try(run.ReadRecipe, faults);
        RunSummary? summary = Try(() => RunSummary.Read(run), faults);
        RunEnvironment? environment = Try(() => RunEnvironment.Read(run), notes);
        IReadOnlyList<EvaluationRow> evaluations = Try(() => EvaluationFile.Read(path), notes) ?? [];
        // A complete run's figures stand in its summary: without the log it has no curves, and no more.
        RunCurves? curves = Try(() => RunCurves.Read(run.EventsFile), summary?.State == RunState.Completed ? notes : faults);
        (RunStanding standing, string reason) = faults.Count > 0
            ? (RunStanding.Broken, string.Join("; ", faults.Select(fault => fault.ReplaceLineEndings("; "))))
            : Stands(run, summary, curves ?? new RunCurves());
        if (standing == RunStanding.Completed && curves is not null && summary!.Top1 is { } top1 && curves.LastEvaluation?.Top1 != top1)
        {
            notes.Add("the event log does not end with the summary's figure: it is damaged, or not this run's; its curves may have gaps");
        }

        return new RunRecord(path, standing, reason)
        {
            Recipe = recipe,
            Summary = summary,
            Environment = environment,
            Curves = curves ?? new RunCurves(),
            Evaluations = evaluations,
            Notes = notes,
        };
    }

    private static (RunStanding Standing, string Reason) Stands(RunDirectory run, RunSummary? summary, RunCurves curves)
    {
        string resume = $"go on with `streamtrainer resume {run.Path}`", progress = Progress(curves);
        RunLockOwner? owner = RunLock.NamedOwner(run);
        bool alive = owner?.Process.IsAlive == true;
        switch (summary?.State)
        {
            case RunState.Completed:
                return (RunStanding.Completed, summary.Top1 is null ? "it was never evaluated, so it has no figure" : "");
            case RunState.Stopped when !alive:
                return (RunStanding.Stopped, $"it was stopped {progress}; {resume}");
            case RunState.Failed when !alive:
                return (RunStanding.Failed, $"{(summary.Error ?? "no reason is told").ReplaceLineEndings(" ").TrimEnd('.')} ({progress}); {resume}");
            default:
                break;
        }

        if (alive)
        {
            return (RunStanding.Running, string.Create(CultureInfo.InvariantCulture, $"process {owner!.Process.Id} trains it, {progress} when this was written"));
        }

        if (owner is not null && owner.Host != Environment.MachineName)
        {
            return (RunStanding.Running, $"it says that it runs on {owner.Host}, where this machine cannot look; {progress} when this was written");
        }

        return curves.Started is null
            ? (RunStanding.NotBegun, $"it is made, and no training has begun; {resume.Replace("go on", "begin", StringComparison.Ordinal)}")
            : (RunStanding.Killed, $"its process is gone without a word, {progress}{When(curves)}; {resume}");
    }

    private static string Progress(RunCurves curves) => curves.TotalEpochs is { } total
        ? $"after {Numbers.Fixed(curves.Epochs, curves.Epochs % 1 == 0 ? 0 : 1)} of {Numbers.Fixed(total, total % 1 == 0 ? 0 : 1)} {Counted.Noun((long)Math.Ceiling(total), "epoch")}"
        : "before its first step";

    private static string When(RunCurves curves) =>
        curves.LastTime is { } time ? string.Create(CultureInfo.InvariantCulture, $", last heard of {time:yyyy-MM-dd HH:mm} UTC") : "";

    private static T? Try<T>(Func<T?> read, List<string> faults)
        where T : class
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is UserErrorException or IOException or UnauthorizedAccessException)
        {
            faults.Add(error.Message.TrimEnd('.'));
            return null;
        }
    }
}
