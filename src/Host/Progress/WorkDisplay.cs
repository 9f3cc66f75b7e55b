using System.Globalization;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Progress;

/// <summary>Shows how far a command on many samples is: one line that changes on a terminal, else a line every few seconds. Any
/// thread; what cannot be shown ends nothing.</summary>
internal sealed class WorkDisplay : IDisposable
{
    private const string ClearLine = "\r\u001b[K";

    private readonly Lock _lock = new();
    private readonly TextWriter _error;
    private readonly LineWriter _lines;
    private readonly string _verb;
    private readonly bool _quiet, _live;
    private readonly TimeProvider _time;
    private long? _last;
    private bool _shown;

    /// <summary>A display that shows nothing yet.</summary>
    /// <param name="error">Where it shows.</param>
    /// <param name="verb">What is done, as <c>packed</c>.</param>
    /// <param name="quiet">Whether only notes are shown.</param>
    /// <param name="time">The clock.</param>
    public WorkDisplay(TextWriter error, string verb, bool quiet, TimeProvider? time = null)
    {
        _error = error;
        _lines = new LineWriter(error);
        _verb = verb;
        _quiet = quiet;
        _live = !quiet && !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
        _time = time ?? TimeProvider.System;
    }

    /// <summary>Shows how far it is.</summary>
    public void Show(WorkProgress progress)
    {
        lock (_lock)
        {
            // A terminal follows; of a log every line stays.
            if (_quiet || (!_live && _last is { } last && _time.GetElapsedTime(last) < PlainProgress.Between && progress.Done < progress.Total))
            {
                return;
            }

            _last = _time.GetTimestamp();
            string text = Text(_verb, progress);
            if (!_live)
            {
                _lines.Write(text);
                return;
            }

            _shown = TryWrite(ClearLine + text) || _shown;
        }
    }

    /// <summary>Shows a line that stays, also where it is quiet.</summary>
    public void Note(string text)
    {
        lock (_lock)
        {
            Clear();
            _lines.Write(text);
        }
    }

    /// <summary>Takes the changing line away.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            Clear();
        }
    }

    /// <summary>A state as a line.</summary>
    internal static string Text(string verb, WorkProgress progress)
    {
        double left = progress.PerSecond > 0 ? (progress.Total - progress.Done) / progress.PerSecond : double.PositiveInfinity;
        double share = progress.Total == 0 ? 1 : progress.Done / (double)progress.Total;
        return string.Create(CultureInfo.InvariantCulture,
            $"{verb} {progress.Done}/{progress.Total} ({100 * share:F0} %)  {progress.PerSecond:F0} images/s  {progress.BytesPerSecond / 1e6:F0} MB/s  {ProgressText.Duration(left)} left");
    }

    private void Clear()
    {
        if (_shown)
        {
            _shown = false;
            TryWrite(ClearLine);
        }
    }

    private bool TryWrite(string text)
    {
        try
        {
            _error.Write(text);
            _error.Flush();
            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
