using System.Globalization;
using System.Text;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>What a run's process left in its directory.</summary>
internal static class RunRemains
{
    // An error's line stands at the end, before it at most a stack.
    private const int Tail = 16 * 1024;
    private const string ErrorMark = "error: ";

    /// <summary>The newest checkpoint's step; -1 where there is none.</summary>
    public static long Step(RunDirectory run) =>
        Directory.Exists(run.CheckpointDirectory) && new CheckpointStore(run.CheckpointDirectory, keep: 1).Latest() is { } path
        && long.TryParse(Path.GetFileName(path).AsSpan("step-".Length), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            ? step
            : -1;

    /// <summary>All that is known of a process's end.</summary>
    public static ProcessEnd End(RunDirectory run, int? code) => new(code, Summary(run), Step(run), code is ExitCodes.Failure or ExitCodes.UserError ? Complaint(run) : null);

    /// <summary>The summary; null where there is none, or none that can be read.</summary>
    public static RunSummary? Summary(RunDirectory run)
    {
        try
        {
            return RunSummary.Read(run);
        }
        catch (UserErrorException)
        {
            return null;
        }
    }

    private static string? Complaint(RunDirectory run)
    {
        try
        {
            using var file = new FileStream(run.ConsoleFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            file.Position = Math.Max(0, file.Length - Tail);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd().Split('\n').LastOrDefault(line => line.StartsWith(ErrorMark, StringComparison.Ordinal))?[ErrorMark.Length..].Trim();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
