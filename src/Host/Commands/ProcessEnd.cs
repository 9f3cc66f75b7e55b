using System.Globalization;

namespace StreamTrainer.Host.Commands;

/// <summary>What an exit code tells of a process's end.</summary>
internal static class ProcessEnd
{
    // How a shell and .NET report a death by signal.
    private const int DeadBySignal = 128;

    private static readonly Dictionary<int, string> s_signals = new()
    {
        [4] = "SIGILL: an instruction that this processor does not know",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE: a division by zero",
        [9] = "SIGKILL: perhaps for want of memory",
        [11] = "SIGSEGV",
    };

    /// <summary>Its end as the rest of a sentence: <c>died of SIGSEGV</c>, or its exit code and the first line of its errors.</summary>
    public static string Text(int exitCode, string error) =>
        exitCode > DeadBySignal && s_signals.TryGetValue(exitCode - DeadBySignal, out string? signal)
            ? $"died of {signal}"
            : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}{(error.Length == 0 ? "" : $": {error.Split('\n')[0]}")}");
}
