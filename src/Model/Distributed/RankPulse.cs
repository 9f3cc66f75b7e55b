namespace StreamTrainer.Model.Distributed;

/// <summary>How far a rank's training is, for whoever watches it. Written by the thread that exchanges, read by any.</summary>
public sealed class RankPulse
{
    private long _exchanges, _steps;

    /// <summary>2k while it computes after its kth exchange with the others, 2k + 1 while it is in the next one.</summary>
    public long Exchanges => Volatile.Read(ref _exchanges);

    /// <summary>Steps done in this process.</summary>
    public long Steps => Volatile.Read(ref _steps);

    /// <summary>The next exchange begins, or ends.</summary>
    internal void Turn() => Interlocked.Increment(ref _exchanges);

    /// <summary>A step is done; the first of a resumed run is not the run's first.</summary>
    internal void StepsAre(long steps) => Volatile.Write(ref _steps, steps);
}
