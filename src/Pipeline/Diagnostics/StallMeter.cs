using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>
/// Says what each of the trainer's waits was for. During a wait the trainer looks, about every millisecond, at what the batch
/// that it waits for is short of; the time until its next look falls on that stage. A worker does decode and transform in one
/// go, so time that falls on the workers is split at the end of the wait by what they have spent on each meanwhile.
/// Used by the trainer's thread; the report may be asked for by any.
/// </summary>
/// <param name="logger">Told of long stalls while they happen, and of their sum at the end.</param>
/// <param name="timing">Ticks of decoding and of transforming so far, over all workers.</param>
/// <param name="workers">Worker threads that there are, for the advice.</param>
/// <param name="window">How often a stall is told of at most.</param>
internal sealed class StallMeter(ILogger logger, Func<(long Decode, long Transform)> timing, int workers, TimeSpan window)
{
    /// <summary>Above this share of a window the log is told.</summary>
    private const double Telling = 0.10;

    private static readonly int s_causes = Enum.GetValues<StallCause>().Length;

    private readonly long[] _ticks = new long[s_causes];
    private readonly long[] _told = new long[s_causes];
    private readonly long _opened = Stopwatch.GetTimestamp();
    private long _first, _windowStart, _last;

    // The wait that is on: what it is for since when; workers: decode or transform, which is only known at its end.
    private long _since, _onWorkers;
    private StallCause? _cause;
    private bool _waiting, _workers;
    private (long Decode, long Transform) _before;

    /// <summary>The trainer waits, for this now.</summary>
    /// <param name="cause">The stage; null: the workers', one of two.</param>
    public void Look(StallCause? cause)
    {
        long now = Stopwatch.GetTimestamp();
        if (!_waiting)
        {
            _waiting = true;
            _onWorkers = 0;
            _before = timing();
        }
        else
        {
            Credit(now);
        }

        _since = now;
        _cause = cause;
        _workers = cause is null;
    }

    /// <summary>The trainer has its batch, or waits no more.</summary>
    /// <param name="delivered">Whether it has a batch.</param>
    public void End(bool delivered)
    {
        long now = Stopwatch.GetTimestamp();
        if (_waiting)
        {
            Credit(now);
            SplitWorkers();
            _waiting = false;
        }

        if (!delivered)
        {
            return;
        }

        Volatile.Write(ref _last, now);
        if (_first == 0)
        {
            // All until here was filling up.
            Array.Clear(_ticks);
            Volatile.Write(ref _first, now);
            _windowStart = now;
        }
        else if (Stopwatch.GetElapsedTime(_windowStart, now) >= window)
        {
            TellWindow(now);
        }
    }

    /// <summary>The trainer's copy of a batch to the device took so long.</summary>
    public void Copied(long ticks)
    {
        Add(StallCause.Transfer, ticks);
        Volatile.Write(ref _last, Stopwatch.GetTimestamp());
    }

    /// <summary>What was waited for so far.</summary>
    public StallReport Report()
    {
        long first = Volatile.Read(ref _first);
        double watched = first == 0 ? 0 : Seconds(Math.Max(0, Volatile.Read(ref _last) - first));
        double startup = Seconds((first == 0 ? Stopwatch.GetTimestamp() : first) - _opened);
        return new StallReport(
            _ticks.Select((_, cause) => KeyValuePair.Create((StallCause)cause, first == 0 ? 0 : Seconds(Volatile.Read(ref _ticks[cause])))), watched, startup, workers, Environment.ProcessorCount);
    }

    /// <summary>Tells the log what it came to, where that is worth a line.</summary>
    public void TellAll()
    {
        StallReport report = Report();
        if (report.Cause is { } cause)
        {
            PipelineLog.StalledInAll(logger, report.WaitedSeconds, report.WatchedSeconds, cause.Label(), report.SecondsOf(cause));
        }
    }

    private void Credit(long now)
    {
        long took = now - _since;
        if (_workers)
        {
            _onWorkers += took;
        }
        else
        {
            Add(_cause!.Value, took);
        }
    }

    private void SplitWorkers()
    {
        if (_onWorkers == 0)
        {
            return;
        }

        (long decode, long transform) = timing();
        decode -= _before.Decode;
        transform -= _before.Transform;
        double share = decode + transform == 0 ? 1 : decode / (double)(decode + transform);
        long decoding = (long)(_onWorkers * share);
        Add(StallCause.Decode, decoding);
        Add(StallCause.Transform, _onWorkers - decoding);
    }

    private void Add(StallCause cause, long ticks)
    {
        Volatile.Write(ref _ticks[(int)cause], _ticks[(int)cause] + ticks);
        if (_first != 0 && ticks > 0)
        {
            PipelineMetrics.Stalled(cause, Seconds(ticks));
        }
    }

    private void TellWindow(long now)
    {
        double seconds = Seconds(now - _windowStart), waited = Seconds(_ticks.Sum() - _told.Sum());
        if (waited > Telling * seconds)
        {
            StallCause cause = Enum.GetValues<StallCause>().MaxBy(each => _ticks[(int)each] - _told[(int)each]);
            PipelineLog.Stalled(logger, 100 * waited / seconds, seconds, cause.Label(), cause.Advice(workers, Environment.ProcessorCount));
        }

        _ticks.CopyTo(_told, 0);
        _windowStart = now;
    }

    private static double Seconds(long ticks) => ticks / (double)Stopwatch.Frequency;
}
