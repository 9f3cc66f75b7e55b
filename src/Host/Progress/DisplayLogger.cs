using Microsoft.Extensions.Logging;

namespace StreamTrainer.Host.Progress;

/// <summary>Shows warnings, or with <paramref name="verbose"/> everything; the run's log has the rest. Errors that end a command are printed at its end, once.</summary>
internal sealed class DisplayLogger(IProgressDisplay display, bool verbose = false) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning || (verbose && logLevel < LogLevel.Warning && logLevel >= LogLevel.Information);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            display.Note($"{(logLevel == LogLevel.Warning ? "warning: " : "")}{formatter(state, exception)}");
        }
    }
}
