using System.Diagnostics;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Counts work that is done and tells of it, a few times a second at most. One thread's.</summary>
internal sealed class WorkClock(long total, long before, Action<WorkProgress>? progress)
{
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(200);

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _done, _bytes, _told;

    /// <summary>Samples were done.</summary>
    public void Add(int samples, long bytes)
    {
        _done += samples;
        _bytes += bytes;
        if (progress is not null && Stopwatch.GetElapsedTime(_told) >= s_between)
        {
            _told = Stopwatch.GetTimestamp();
            Tell();
        }
    }

    /// <summary>All are done.</summary>
    public void End()
    {
        if (progress is not null)
        {
            Tell();
        }
    }

    private void Tell()
    {
        double seconds = Math.Max(1e-3, Stopwatch.GetElapsedTime(_start).TotalSeconds);
        progress!(new WorkProgress(before + _done, total, _done / seconds, _bytes / seconds));
    }
}
