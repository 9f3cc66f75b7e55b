using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Telemetry;

/// <summary>All metrics of this project; the names are its own, units are UCUM's.</summary>
public static class HostMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "StreamTrainer.Host";

    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_runs = s_meter.CreateCounter<long>(
        "streamtrainer.host.runs", "{run}", "Runs that ended in this process, by how they ended.");

    /// <summary>Activities: a process's part of a run.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    internal static void RunEnded(RunState state) => s_runs.Add(1, KeyValuePair.Create("state", (object?)state.ToString().ToLowerInvariant()));
}
