using System.ComponentModel;
using System.Text;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>A part of a log: whole lines.</summary>
/// <param name="Text">The lines.</param>
/// <param name="Next">What to give as after for those behind them.</param>
internal sealed record LogPage(
    [property: Description("The lines.")] string Text,
    [property: Description("What to give as 'after' for those behind them.")] long Next)
{
    /// <summary>Reads a part.</summary>
    /// <param name="path">The log; it may be missing.</param>
    /// <param name="after">Where it begins; null: so that it is the end.</param>
    /// <param name="bytes">So many bytes at most.</param>
    public static LogPage Read(string path, long? after, int bytes)
    {
        if (!File.Exists(path))
        {
            return new LogPage("", 0);
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        long length = file.Length;
        long from = Math.Clamp(after ?? length - bytes, 0, length);
        file.Position = from;
        var buffer = new byte[Math.Min(bytes, length - from)];
        int read = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        ReadOnlySpan<byte> part = buffer.AsSpan(0, read);
        // The end of a log begins with a whole line; and no line is cut unless it is longer than the page.
        int skipped = after is null && from > 0 ? part.IndexOf((byte)'\n') + 1 : 0;
        int end = part.LastIndexOf((byte)'\n') + 1;
        end = end <= skipped ? read : end;
        return new LogPage(Redaction.Of(Encoding.UTF8.GetString(part[skipped..end])), from + end);
    }
}
