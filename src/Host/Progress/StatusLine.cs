namespace StreamTrainer.Host.Progress;

/// <summary>One line that changes on a terminal, else a line every few seconds; and lines above it that stay. Any thread; what cannot be
/// shown ends nothing.</summary>
/// <param name="error">Where it shows.</param>
/// <param name="quiet">Whether only notes are shown.</param>
/// <param name="between">Time between two lines where it is no terminal.</param>
/// <param name="time">The clock.</param>
internal sealed class StatusLine(TextWriter error, bool quiet, TimeSpan between, TimeProvider? time = null) : IDisposable
{
    private const string ClearLine = "\r\u001b[K";

    private readonly Lock _lock = new();
    private readonly LineWriter _lines = new(error);
    private readonly bool _live = !quiet && !Console.IsErrorRedirected && ReferenceEquals(error, Console.Error) && Environment.GetEnvironmentVariable("TERM") is not "dumb";
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private long? _last;
    private bool _shown;

    /// <summary>Shows a state.</summary>
    /// <param name="text">Makes its line; not asked where it is not shown.</param>
    /// <param name="always">Whether it is shown however short ago another was.</param>
    public void Show(Func<string> text, bool always = false)
    {
        lock (_lock)
        {
            // A terminal follows; of a log every line stays.
            if (quiet || (!_live && _last is { } last && _time.GetElapsedTime(last) < between && !always))
            {
                return;
            }

            _last = _time.GetTimestamp();
            if (_live)
            {
                _shown = TryWrite(ClearLine + Fitting(Printable.Text(text()))) || _shown;
            }
            else
            {
                _lines.Write(text());
            }
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

    private void Clear()
    {
        if (_shown)
        {
            _shown = false;
            TryWrite(ClearLine);
        }
    }

    // Of a line that the terminal breaks only the last part could be taken away.
    private static string Fitting(string text)
    {
        try
        {
            int width = Console.WindowWidth;
            return width > 1 && text.Length >= width ? text[..(width - 1)] : text;
        }
        catch (IOException)
        {
            return text;
        }
    }

    private bool TryWrite(string text)
    {
        try
        {
            error.Write(text);
            error.Flush();
            return true;
        }
        catch (Exception failure) when (failure is IOException or ObjectDisposedException)
        {
            return false;
        }
    }
}
