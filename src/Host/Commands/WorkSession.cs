using StreamTrainer.Host.Progress;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Commands;

/// <summary>What commands on many samples have in common: progress, signals, a disk that is full.</summary>
internal static class WorkSession
{
    /// <summary>Does the work, and gives the exit code.</summary>
    /// <param name="output">Where complaints and progress go.</param>
    /// <param name="verb">What is done, as <c>packed</c>.</param>
    /// <param name="quiet">Whether no progress is shown.</param>
    /// <param name="afterStop">What is told when a signal ended it: how to go on.</param>
    /// <param name="target">The folder that is written to, as the user named it; none where nothing is.</param>
    /// <param name="work">The work.</param>
    public static int Run(CommandOutput output, string verb, bool quiet, string afterStop, string? target, Func<WorkDisplay, CancellationToken, int> work)
    {
        using var display = new WorkDisplay(output.Error, verb, quiet);
        using var signals = new StopSignals(_ => display.Note("stopping; once more stops at once"), display.Dispose);
        try
        {
            return work(display, signals.Token);
        }
        catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
        {
            display.Note($"stopped; {afterStop}");
            return signals.ExitCode;
        }
        catch (Exception error) when (target is not null && (error is IOException or UnauthorizedAccessException))
        {
            // The sources' own troubles are told by name; this is the disk that is written to. What another folder mends does not go
            // on in this one.
            throw WriteErrors.Of(target, target, error, WriteTrouble.Of(error, target).IsMistake ? null : afterStop);
        }
    }

    /// <summary>How many threads are wanted.</summary>
    /// <exception cref="UserErrorException">None.</exception>
    public static int Workers(int? wanted) =>
        wanted is { } number && number is < 1 or > 1024 ? throw new UserErrorException($"--workers: {wanted} is not 1 to 1024") : wanted ?? Environment.ProcessorCount;
}
