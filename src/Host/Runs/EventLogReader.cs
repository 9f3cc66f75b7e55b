using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// Reads an event log, also while it is written. A record that is not complete yet (or was torn by a crash) ends the
/// reading; a damaged one in the middle costs only itself: the next sound one is searched for.
/// </summary>
public static class EventLogReader
{
    private const int Page = 1 << 18;
    private const int Window = 4 * (EventLogFormat.LongestPayload + EventLogFormat.RecordHeaderSize);

    /// <summary>All events of a log, in order; none where there is no file yet.</summary>
    /// <exception cref="UserErrorException">It is not an event log, or of a later version.</exception>
    public static IEnumerable<TrainingEvent> Read(string path)
    {
        long offset = 0;
        while (true)
        {
            long before = offset;
            foreach (TrainingEvent happened in ReadFrom(path, ref offset))
            {
                yield return happened;
            }

            if (offset == before)
            {
                yield break;
            }
        }
    }

    /// <summary>The events after <paramref name="offset"/> (0 at first), which is moved behind them: call it again to hear
    /// what came meanwhile. One call reads a few megabytes at most.</summary>
    /// <inheritdoc cref="Read"/>
    public static IReadOnlyList<TrainingEvent> ReadFrom(string path, ref long offset)
    {
        List<TrainingEvent> events = [];
        Scan(path, ref offset, Window, Decoded(events.Add));
        return events;
    }

    /// <summary>The events that lie whole in a log's first bytes.</summary>
    /// <inheritdoc cref="Read"/>
    internal static IReadOnlyList<TrainingEvent> ReadFirst(string path, int bytes)
    {
        List<TrainingEvent> events = [];
        long offset = 0;
        Scan(path, ref offset, bytes, Decoded(events.Add));
        return events;
    }

    /// <summary>Some events with their places: what is shown page by page, and followed from any place on.</summary>
    /// <param name="path">The log.</param>
    /// <param name="offset">Where the page begins: 0, or a place that a page gave.</param>
    /// <param name="most">So many events at most.</param>
    /// <returns>The events, each with the place behind it, and the place where the next page begins: the same where there is nothing more.</returns>
    /// <inheritdoc cref="Read"/>
    internal static (IReadOnlyList<LocatedEvent> Events, long Next) ReadPage(string path, long offset, int most)
    {
        List<LocatedEvent> events = [];
        while (true)
        {
            long before = offset;
            foreach (int window in (int[])[Page, Window])
            {
                Scan(path, ref offset, window, (payload, end) =>
                {
                    if (EventLogFormat.Decode(payload) is { } happened)
                    {
                        events.Add(new LocatedEvent(end, happened));
                    }

                    return events.Count < most;
                });
                // No record in a short window may be a long one, or damage.
                if (offset != before)
                {
                    break;
                }
            }

            if (offset == before || events.Count >= most)
            {
                return (events, offset);
            }
        }
    }

    /// <summary>The payloads of some records, not decoded, each with the place behind it; gives the place where the next page begins.</summary>
    /// <inheritdoc cref="Read"/>
    internal static long ReadPayloads(string path, long offset, Action<ReadOnlyMemory<byte>, long> found)
    {
        Scan(path, ref offset, Window, (payload, end) =>
        {
            found(payload, end);
            return true;
        });
        return offset;
    }

    /// <summary>The end of the last sound record: where a writer goes on. 0 where not even the header is complete.</summary>
    internal static long SoundEnd(string path)
    {
        long offset = 0;
        long before;
        do
        {
            before = offset;
            Scan(path, ref offset, Window, (_, _) => true);
        }
        while (offset != before);

        return offset;
    }

    private static Func<ReadOnlyMemory<byte>, long, bool> Decoded(Action<TrainingEvent> found) => (payload, _) =>
    {
        if (EventLogFormat.Decode(payload) is { } happened)
        {
            found(happened);
        }

        return true;
    };

    /// <param name="path">The log.</param>
    /// <param name="offset">Where to begin; moved behind the last sound record.</param>
    /// <param name="window">So many bytes are looked at.</param>
    /// <param name="found">Gets a payload and the place behind it; says whether to go on.</param>
    private static void Scan(string path, ref long offset, int window, Func<ReadOnlyMemory<byte>, long, bool> found)
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        if (offset == 0)
        {
            Span<byte> header = stackalloc byte[EventLogFormat.HeaderSize];
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
            {
                return;
            }

            EventLogFormat.CheckHeader(header, path);
            offset = EventLogFormat.HeaderSize;
        }

        if (file.Length <= offset)
        {
            return;
        }

        file.Position = offset;
        var buffer = new byte[Math.Min(window, file.Length - offset)];
        int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        int sound = 0;
        for (int at = 0; length - at >= EventLogFormat.RecordHeaderSize;)
        {
            int payload = EventLogFormat.PayloadAt(buffer.AsSpan(at, length - at)).Length;
            if (payload == 0)
            {
                // Not a record: it is torn or damaged, and a sound one may begin anywhere after it. Where none does, the
                // sound part ends here, and a record that was only not complete yet is found the next time.
                at++;
                continue;
            }

            ReadOnlyMemory<byte> record = buffer.AsMemory(at + EventLogFormat.RecordHeaderSize, payload);
            at += EventLogFormat.RecordHeaderSize + payload;
            sound = at;
            if (!found(record, offset + at))
            {
                break;
            }
        }

        // A window without one sound record, though the file goes on: all of it but a record's length is damage.
        offset += sound == 0 && length == Window ? Window / 2 : sound;
    }
}
