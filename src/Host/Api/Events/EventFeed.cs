using System.Buffers;
using System.Globalization;
using System.Text;
using StreamTrainer.Host.Api.Contracts;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Api.Events;

/// <summary>
/// A run's event log for any number of streams. Each stream has its own place in the log, so that a slow one loses nothing and holds
/// nothing; those at the same place, which are nearly all, share what was read and written out for one of them. For any thread.
/// </summary>
/// <param name="run">The run.</param>
internal sealed class EventFeed(RunDirectory run)
{
    private const int PageEvents = 500;

    private readonly Lock _lock = new();
    private (long Offset, byte[] Bytes, long Next) _page = (-1, [], -1);
    private TaskCompletionSource _grew = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _length = -1;

    /// <summary>Streams that there are.</summary>
    public int Streams;

    /// <summary>The events behind a place, as server-sent events; empty where there are none yet.</summary>
    public (byte[] Bytes, long Next) Read(long offset)
    {
        lock (_lock)
        {
            if (_page.Offset != offset || _page.Bytes.Length == 0)
            {
                (IReadOnlyList<LocatedEvent> events, long next) = EventLogReader.ReadPage(run.EventsFile, offset, PageEvents);
                _page = (offset, Encode(events), next);
            }

            return (_page.Bytes, _page.Next);
        }
    }

    /// <summary>Done when the log is longer than when it was last looked at.</summary>
    public Task Grew => Volatile.Read(ref _grew).Task;

    /// <summary>Looks whether the log grew.</summary>
    public void Look()
    {
        var file = new FileInfo(run.EventsFile);
        long length = file.Exists ? file.Length : 0;
        if (length != _length)
        {
            _length = length;
            Interlocked.Exchange(ref _grew, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        }
    }

    private static byte[] Encode(IReadOnlyList<LocatedEvent> events)
    {
        if (events.Count == 0)
        {
            return [];
        }

        var bytes = new ArrayBufferWriter<byte>(256 * events.Count);
        foreach (EventView view in events.Select(EventView.Of))
        {
            // JSON has no line breaks in it, so it is one line of data.
            bytes.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {view.Id}\nevent: {view.Kind}\ndata: ")));
            bytes.Write(Encoding.UTF8.GetBytes(view.Data.GetRawText()));
            bytes.Write("\n\n"u8);
        }

        return bytes.WrittenSpan.ToArray();
    }
}
