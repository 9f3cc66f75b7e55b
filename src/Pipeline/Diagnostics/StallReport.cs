using System.Globalization;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>What a trainer waited for, from the moment that its first batch was there: filling up at the start is no stall.</summary>
public sealed record StallReport
{
    /// <summary>Waits below this share of the time are nobody's fault.</summary>
    public const double Negligible = 0.02;

    private static readonly StallCause[] s_causes = Enum.GetValues<StallCause>();

    private readonly double[] _seconds = new double[s_causes.Length];

    /// <summary>A report.</summary>
    /// <param name="seconds">Seconds waited by cause; absent: none.</param>
    /// <param name="watchedSeconds">Seconds from the first batch on.</param>
    /// <param name="startupSeconds">Seconds until the first batch.</param>
    /// <param name="workers">Worker threads that there were.</param>
    /// <param name="cores">Cores that the process may use.</param>
    public StallReport(IEnumerable<KeyValuePair<StallCause, double>> seconds, double watchedSeconds, double startupSeconds, int workers, int cores)
    {
        ArgumentNullException.ThrowIfNull(seconds);
        foreach ((StallCause cause, double waited) in seconds)
        {
            _seconds[(int)cause] += waited;
        }

        WatchedSeconds = watchedSeconds;
        StartupSeconds = startupSeconds;
        Workers = workers;
        Cores = cores;
    }

    /// <summary>Worker threads that there were.</summary>
    public int Workers { get; }

    /// <summary>Cores that the process may use.</summary>
    public int Cores { get; }

    /// <summary>Seconds from the first batch on.</summary>
    public double WatchedSeconds { get; }

    /// <summary>Seconds until the first batch.</summary>
    public double StartupSeconds { get; }

    /// <summary>Seconds waited, whatever for.</summary>
    public double WaitedSeconds => _seconds.Sum();

    /// <summary>Share of the time that was waited.</summary>
    public double Share => WatchedSeconds > 0 ? Math.Min(1, WaitedSeconds / WatchedSeconds) : 0;

    /// <summary>The stage that was waited for most; null where the waits are <see cref="Negligible"/>: then the device, or
    /// whoever takes the batches, sets the pace.</summary>
    public StallCause? Cause => Share < Negligible ? null : s_causes.MaxBy(SecondsOf);

    /// <summary>Seconds by cause, in order, as they stand in tables and in <c>summary.json</c>.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Seconds =>
        [.. s_causes.Select(cause => KeyValuePair.Create(cause.Label(), SecondsOf(cause)))];

    /// <summary>What helps against <see cref="Cause"/>; null where there is none.</summary>
    public string? Advice => Cause is { } cause ? AdviceOn(cause) : null;

    /// <summary>What helps against waiting for a stage, with these workers on these cores.</summary>
    public string AdviceOn(StallCause cause) => cause.Advice(Workers, Cores);

    /// <summary>This report and that of a pipeline before it, as one.</summary>
    public StallReport After(StallReport earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new StallReport(
            s_causes.Select(cause => KeyValuePair.Create(cause, SecondsOf(cause) + earlier.SecondsOf(cause))),
            WatchedSeconds + earlier.WatchedSeconds, StartupSeconds + earlier.StartupSeconds, Workers, Cores);
    }

    /// <summary>Seconds waited for a stage.</summary>
    public double SecondsOf(StallCause cause) => _seconds[(int)cause];

    /// <summary>What to make of it, in a sentence's part.</summary>
    public override string ToString() => Cause is { } cause
        ? string.Create(CultureInfo.InvariantCulture, $"waited {WaitedSeconds:F1} s of {WatchedSeconds:F1} s, {SecondsOf(cause):F1} s of it for {cause.Label()}: {AdviceOn(cause)}")
        : string.Create(CultureInfo.InvariantCulture, $"waited {WaitedSeconds:F1} s of {WatchedSeconds:F1} s: the data is fast enough");
}
