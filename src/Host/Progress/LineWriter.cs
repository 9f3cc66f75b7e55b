namespace StreamTrainer.Host.Progress;

/// <summary>Writes whole lines from any thread, and gives up where nobody can read them.</summary>
internal sealed class LineWriter(TextWriter output)
{
    private readonly Lock _lock = new();
    private bool _broken;

    /// <summary>Writes a text as one line.</summary>
    public void Write(string text)
    {
        lock (_lock)
        {
            if (_broken)
            {
                return;
            }

            try
            {
                output.WriteLine(Printable.Text(text));
                output.Flush();
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                _broken = true;
            }
        }
    }
}
