using StreamTrainer.Host.Progress;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>What commands on many samples have in common: progress, signals, a disk that is full.</summary>
internal static class WorkSession
{
    /// <summary>Does the work, and gives the exit code.</summary>
    /// <param name="output">Where complaints and progress go.</param>
    /// <param name="verb">What is done, as <c>packed</c>.</param>
    /// <param name="quiet">Whether no progress is shown.</param>
    /// <param name="afterStop">What is told when a signal ended it: how to go on.</param>
    /// <param name="work">The work.</param>
    public static int Run(CommandOutput output, string verb, bool quiet, string afterStop, Func<WorkDisplay, CancellationToken, int> work)
    {
        using IDisposable? fileSize = FileSizeSignal.Handle();
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
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The sources' own troubles are told by name; this is the disk that is written to.
            throw new RunFailedException($"cannot be written: {error.Message}; make room or take another folder, then {afterStop}", error);
        }
    }

    /// <summary>How many threads are wanted.</summary>
    /// <exception cref="UserErrorException">None.</exception>
    public static int Workers(int? wanted) =>
        wanted is { } number && number is < 1 or > 1024 ? throw new UserErrorException($"--workers: {wanted} is not 1 to 1024") : wanted ?? Environment.ProcessorCount;
}
