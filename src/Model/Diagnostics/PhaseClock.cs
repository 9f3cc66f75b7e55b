using System.Diagnostics;

namespace StreamTrainer.Model.Diagnostics;

/// <summary>
/// Where the training thread's time goes. It is always in exactly one phase, so the phases add up to the wall time by
/// construction. Used by the training thread alone.
/// </summary>
public sealed class PhaseClock
{
    private readonly long[] _ticks = new long[Enum.GetValues<Phase>().Length];
    private readonly long _start = Stopwatch.GetTimestamp();
    private Phase _current = Phase.Startup;
    private long _since;

    /// <summary>Starts in <see cref="Phase.Startup"/>.</summary>
    public PhaseClock() => _since = _start;

    /// <summary>The phase the thread is in.</summary>
    public Phase Current => _current;

    /// <summary>Ends the current phase and begins <paramref name="next"/>; gives the seconds that the ended one took.</summary>
    public double Enter(Phase next)
    {
        long now = Stopwatch.GetTimestamp();
        long took = now - _since;
        _ticks[(int)_current] += took;
        _current = next;
        _since = now;
        return took / (double)Stopwatch.Frequency;
    }

    /// <summary>Seconds spent in a phase so far, the current stretch included.</summary>
    public double Seconds(Phase phase)
    {
        long ticks = _ticks[(int)phase];
        if (phase == _current)
        {
            ticks += Stopwatch.GetTimestamp() - _since;
        }

        return ticks / (double)Stopwatch.Frequency;
    }

    /// <summary>Seconds since the clock was made.</summary>
    public double WallSeconds => Stopwatch.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Seconds of all phases together that belong to training itself.</summary>
    public double TrainingSeconds =>
        Seconds(Phase.DataWait) + Seconds(Phase.Transfer) + Seconds(Phase.Forward) + Seconds(Phase.Backward)
        + Seconds(Phase.Optimizer) + Seconds(Phase.Report);

    /// <summary>All phases in order with their names.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Snapshot() =>
        [.. Enum.GetValues<Phase>().Select(phase => KeyValuePair.Create(phase.Label(), Seconds(phase)))];
}
