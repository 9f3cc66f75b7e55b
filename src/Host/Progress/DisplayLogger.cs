using Microsoft.Extensions.Logging;

namespace StreamTrainer.Host.Progress;

/// <summary>Shows warnings and worse; the run's log has the rest. Errors that end a command are printed at its end, once.</summary>
internal sealed class DisplayLogger(IProgressDisplay display) : ILogger
{
    public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            display.Note($"warning: {formatter(state, exception)}");
        }
    }
}
