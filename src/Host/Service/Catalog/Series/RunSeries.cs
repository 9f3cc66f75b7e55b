using MessagePack;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>
/// The figures of a run over its steps, from its event log: read once, and from there on only what the log grew by. What was read is kept
/// in a file, so that a run of a million records opens at once also after a restart. For any thread.
/// </summary>
internal sealed class RunSeries
{
    private const int LogHead = 256;

    // A smaller log is read faster than its index.
    private const long WorthKeeping = 1 << 20;

    // A part of the log that is read again, where its records are wanted one by one.
    private const long LongestReread = 256L << 20;

    private static readonly MessagePackSerializerOptions s_options = MessagePackSerializerOptions.Standard.WithSecurity(MessagePackSecurity.UntrustedData);

    private readonly Lock _lock = new();
    private readonly string _log, _file;
    private SeriesFile _index;
    private long _kept;

    /// <summary>Opens a run's.</summary>
    /// <param name="run">The run.</param>
    /// <param name="file">Where the index is kept.</param>
    public RunSeries(RunDirectory run, string file)
    {
        (_log, _file) = (run.EventsFile, file);
        _index = Kept() ?? new SeriesFile();
        _kept = _index.Offset;
    }

    /// <summary>Reads what the log grew by.</summary>
    public void Update()
    {
        lock (_lock)
        {
            uint log = LogMark();
            if (log != _index.Log || !File.Exists(_log) || new FileInfo(_log).Length < _index.Offset)
            {
                // It is another log, or one that was cut.
                _index = new SeriesFile { Log = log };
                _kept = 0;
            }

            var numbers = new EventNumbers();
            for (long before = -1; before != _index.Offset;)
            {
                before = _index.Offset;
                long start = before;
                _index.Offset = EventLogReader.ReadPayloads(_log, before, (payload, end) =>
                {
                    Take(numbers, payload, start);
                    start = end;
                });
            }

            if (_index.Offset - _kept > WorthKeeping)
            {
                Keep();
            }
        }
    }

    /// <summary>The names of the figures that there are.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _index.Figures.Keys];
            }
        }
    }

    /// <summary>A figure between two steps, in so many points at most.</summary>
    /// <param name="name">The figure.</param>
    /// <param name="from">From so many steps done on.</param>
    /// <param name="to">Up to so many.</param>
    /// <param name="most">Points.</param>
    /// <returns>The points in order; none where there is no such figure.</returns>
    public IReadOnlyList<SeriesBucket> Of(string name, long from, long to, int most)
    {
        SeriesBucket[] found;
        long until;
        bool coarse;
        lock (_lock)
        {
            if (!_index.Figures.TryGetValue(name, out FigureSeries? figure))
            {
                return [];
            }

            found = [.. figure.Buckets.Where(bucket => bucket.Last >= from && bucket.First <= to)];
            coarse = figure.Width > 1 && found.Length < most && found.Length < figure.Buckets.Count;
            until = found.Length == 0 ? 0 : figure.Buckets.Find(bucket => bucket.Offset > found[^1].Offset) is { Count: > 0 } next ? next.Offset : _index.Offset;
        }

        if (coarse && found.Length > 0 && until - found[0].Offset <= LongestReread)
        {
            found = [.. Again(name, found[0].Offset, until, from, to)];
        }

        return Few(found, most);
    }

    /// <summary>Keeps the index, where it went on.</summary>
    public void Save()
    {
        lock (_lock)
        {
            if (_index.Offset - _kept > WorthKeeping / 16 && _index.Offset > WorthKeeping)
            {
                Keep();
            }
        }
    }

    private static SeriesBucket[] Few(SeriesBucket[] buckets, int most)
    {
        if (buckets.Length <= most)
        {
            return buckets;
        }

        var few = new SeriesBucket[most];
        for (int i = 0; i < most; i++)
        {
            int first = (int)((long)i * buckets.Length / most), end = (int)((i + 1L) * buckets.Length / most);
            SeriesBucket one = buckets[first];
            for (int j = first + 1; j < end; j++)
            {
                one = one.With(buckets[j]);
            }

            few[i] = one;
        }

        return few;
    }

    private void Take(EventNumbers numbers, ReadOnlyMemory<byte> payload, long start)
    {
        if (!numbers.Read(payload) || numbers.Step < 0)
        {
            return;
        }

        if (numbers.IsStart)
        {
            Rewind(numbers.Step, start);
            return;
        }

        foreach ((string name, double value) in numbers.Numbers)
        {
            if (!_index.Figures.TryGetValue(name, out FigureSeries? figure))
            {
                _index.Figures[name] = figure = new FigureSeries();
            }

            figure.Add(SeriesBucket.Of(numbers.Step, value, start, numbers.Time));
        }
    }

    /// <summary>The run goes on from a step that it was beyond: what it did after that never was.</summary>
    private void Rewind(long step, long here)
    {
        foreach ((string name, FigureSeries figure) in _index.Figures)
        {
            if (figure.CutAfter(step) is { } offset)
            {
                foreach (SeriesBucket record in Again(name, offset, here, long.MinValue, step))
                {
                    figure.Add(record);
                }
            }
        }
    }

    /// <summary>A figure's records one by one, from a part of the log.</summary>
    private List<SeriesBucket> Again(string name, long offset, long until, long from, long to)
    {
        var numbers = new EventNumbers();
        List<SeriesBucket> records = [];
        for (long before = -1; before != offset && offset < until;)
        {
            before = offset;
            long start = offset;
            offset = EventLogReader.ReadPayloads(_log, offset, (payload, end) =>
            {
                if (start < until && numbers.Read(payload))
                {
                    if (numbers.IsStart)
                    {
                        // Here, too, what came after the step never was.
                        long step = numbers.Step;
                        records.RemoveAll(record => record.First > step);
                    }
                    else if (numbers.Step >= from && numbers.Step <= to && numbers.Numbers.Find(number => number.Name == name) is { Name: not null } found)
                    {
                        records.Add(SeriesBucket.Of(numbers.Step, found.Value, start, numbers.Time));
                    }
                }

                start = end;
            });
        }

        return records;
    }

    private uint LogMark()
    {
        if (!File.Exists(_log))
        {
            return 0;
        }

        using var file = new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1);
        Span<byte> head = stackalloc byte[LogHead];
        int read = file.ReadAtLeast(head, LogHead, throwOnEndOfStream: false);
        // Until there is a whole head, what is read is little, and read again.
        return read < LogHead ? 0 : Crc32C.Of(head);
    }

    private SeriesFile? Kept()
    {
        try
        {
            return File.Exists(_file) && MessagePackSerializer.Deserialize<SeriesFile>(File.ReadAllBytes(_file), s_options) is { Version: SeriesFile.Current } kept && kept.Log == LogMark() ? kept : null;
        }
        catch (Exception error) when (error is MessagePackSerializationException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private void Keep()
    {
        try
        {
            AtomicFile.Write(_file, MessagePackSerializer.Serialize(_index, s_options));
            _kept = _index.Offset;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is only faster with it.
        }
    }
}
