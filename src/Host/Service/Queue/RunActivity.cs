using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>Whether a run is alive on another machine that shares the folder of runs: its process cannot be seen from here, what it
/// writes can.</summary>
internal static class RunActivity
{
    /// <summary>Steps are recorded every ten seconds at least; an evaluation, a checkpoint, clocks that differ and a slow network come on
    /// top.</summary>
    private static readonly TimeSpan s_recent = TimeSpan.FromMinutes(10);

    /// <summary>The other machine's name; null where the run is this machine's, at rest, or silent for long.</summary>
    public static string? OfOtherHost(RunDirectory run, DateTime now) =>
        RunLock.NamedOwner(run) is { } owner && owner.Host != Environment.MachineName && now - LastWrite(run) < s_recent ? owner.Host : null;

    private static DateTime LastWrite(RunDirectory run) =>
        new[] { run.EventsFile, run.LogFile, run.LockFile }.Where(File.Exists).Select(File.GetLastWriteTimeUtc).Append(DateTime.MinValue).Max();
}
