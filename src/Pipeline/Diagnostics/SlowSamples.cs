using System.Diagnostics;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>The slowest samples since the last look. Readers and workers tell of every sample, which costs them a comparison; only one of
/// the slowest takes the lock.</summary>
internal sealed class SlowSamples
{
    /// <summary>Stage of reading.</summary>
    public const string Reading = "read";

    /// <summary>Stage of decoding and augmenting.</summary>
    public const string Working = "work";

    private const int Most = 8;

    private readonly Lock _lock = new();
    private readonly (long Ticks, long Index, string Stage)[] _slowest = new (long, long, string)[Most];
    private int _count;

    // The fewest ticks of a full list; 0 before. Written under the lock, read without.
    private long _least;

    /// <summary>A sample took so long. Any thread.</summary>
    public void Took(long index, string stage, long ticks)
    {
        if (ticks <= Volatile.Read(ref _least))
        {
            return;
        }

        lock (_lock)
        {
            // Another one may have come between the look and the lock.
            if (_count == Most && ticks <= _slowest[Fastest()].Ticks)
            {
                return;
            }

            _slowest[_count < Most ? _count++ : Fastest()] = (ticks, index, stage);
            Volatile.Write(ref _least, _count < Most ? 0 : _slowest[Fastest()].Ticks);
        }
    }

    /// <summary>The slowest, the slowest of them first; it begins anew.</summary>
    public IReadOnlyList<SlowSample> Take()
    {
        lock (_lock)
        {
            SlowSample[] taken = [.. _slowest.Take(_count).OrderByDescending(sample => sample.Ticks)
                .Select(sample => new SlowSample(sample.Index, sample.Stage, sample.Ticks / (double)Stopwatch.Frequency))];
            Array.Clear(_slowest);
            _count = 0;
            Volatile.Write(ref _least, 0);
            return taken;
        }
    }

    private int Fastest()
    {
        int fastest = 0;
        for (int i = 1; i < _count; i++)
        {
            fastest = _slowest[i].Ticks < _slowest[fastest].Ticks ? i : fastest;
        }

        return fastest;
    }
}
