using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// The log for people: lines of UTC time, level and message in <c>run.log</c>, and the same messages to a second logger (the
/// terminal's). For any thread. Where the file cannot be written, the second logger is told once.
/// </summary>
public sealed class RunLogger : ILogger, IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly ILogger _console;
    private readonly LogLevel _least;
    private readonly TimeProvider _time;
    private FileStream? _file;
    private bool _closed;

    /// <summary>Opens the log of a run, to append.</summary>
    /// <param name="run">The run.</param>
    /// <param name="console">Gets every message too, and goes by levels of its own.</param>
    /// <param name="least">Messages below this level are not written to the file.</param>
    /// <param name="time">The clock.</param>
    public RunLogger(RunDirectory run, ILogger? console = null, LogLevel least = LogLevel.Information, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        _path = run.LogFile;
        _console = console ?? NullLogger.Instance;
        _least = least;
        _time = time ?? TimeProvider.System;
        WriteToFile([]);
    }

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && (logLevel >= _least || _console.IsEnabled(logLevel));

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _console.BeginScope(state);

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        ArgumentNullException.ThrowIfNull(formatter);
        if (logLevel != LogLevel.None && logLevel >= _least)
        {
            WriteToFile(Encoding.UTF8.GetBytes(Line(logLevel, formatter(state, exception), exception)));
        }

        _console.Log(logLevel, eventId, state, exception, formatter);
    }

    /// <summary>Closes the file; messages still go to the second logger.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _file?.Dispose();
            _file = null;
            _closed = true;
        }
    }

    private string Line(LogLevel level, string message, Exception? exception)
    {
        string text = Redaction.Of(exception is null ? message : $"{message}\n{exception}");
        // Further lines are indented: every line that is not begins with its time.
        string lines = text.TrimEnd().ReplaceLineEndings("\n").Replace("\n", "\n    ", StringComparison.Ordinal);
        return string.Create(CultureInfo.InvariantCulture, $"{_time.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ} {Name(level),-5} {lines}\n");
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        LogLevel.Critical => "fatal",
        LogLevel.Debug => "debug",
        _ => "trace",
    };

    private void WriteToFile(ReadOnlySpan<byte> line)
    {
        string? reason = null;
        lock (_lock)
        {
            if (_closed)
            {
                return;
            }

            try
            {
                // No buffer: a line is one write, so a killed process loses none.
                _file ??= new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 1);
                _file.Write(line);
                _file.Flush();
            }
            // .NET says ArgumentOutOfRange where a file may not grow any more (EFBIG).
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
            {
                _closed = true;
                reason = error.Message;
            }
        }

        if (reason is not null)
        {
            RunLog.NotLogged(_console, _path, reason);
        }
    }
}
