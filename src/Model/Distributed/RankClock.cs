namespace StreamTrainer.Model.Distributed;

/// <summary>
/// Finds the rank that the others wait for, from how often each has exchanged. A rank is stuck where another is ahead of it for the
/// timeout and it has not moved meanwhile; all are, where all stand in the same exchange for the timeout. One thread's.
/// </summary>
/// <param name="ranks">How many ranks there are.</param>
/// <param name="timeout">How long is too long.</param>
public sealed class RankClock(int ranks, TimeSpan timeout)
{
    private readonly long[] _exchanges = new long[ranks];
    private readonly TimeSpan[] _moved = new TimeSpan[ranks];
    private readonly TimeSpan?[] _behind = new TimeSpan?[ranks];
    private readonly bool[] _left = new bool[ranks];

    /// <summary>A rank was seen.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="exchanges">Its <see cref="RankPulse.Exchanges"/>.</param>
    /// <param name="now">When, since some start.</param>
    public void Saw(int rank, long exchanges, TimeSpan now)
    {
        if (exchanges != _exchanges[rank])
        {
            _exchanges[rank] = exchanges;
            _moved[rank] = now;
            _behind[rank] = null;
        }
    }

    /// <summary>A rank has nothing more to do.</summary>
    public void Left(int rank) => _left[rank] = true;

    /// <summary>The ranks that are stuck now; empty where none is.</summary>
    public IReadOnlyList<int> Stuck(TimeSpan now)
    {
        int[] there = [.. Enumerable.Range(0, ranks).Where(rank => !_left[rank])];
        if (there.Length < ranks)
        {
            // The end: whoever is left has only his own to do.
            return [];
        }

        long first = there.Max(rank => _exchanges[rank]);
        foreach (int rank in there)
        {
            _behind[rank] = _exchanges[rank] < first ? _behind[rank] ?? now : null;
        }

        int[] late = [.. there.Where(rank => now - _behind[rank] >= timeout)];
        if (late.Length > 0)
        {
            long least = late.Min(rank => _exchanges[rank]);
            return [.. late.Where(rank => _exchanges[rank] == least)];
        }

        bool together = there.All(rank => _exchanges[rank] == first) && first % 2 == 1;
        return together && there.All(rank => now - _moved[rank] >= timeout) ? there : [];
    }
}
