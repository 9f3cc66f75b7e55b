using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Telemetry;

/// <summary>
/// All metrics of this project. None of the names is in OpenTelemetry's semantic conventions; units are UCUM's. Tags hold
/// names of commands and states, never a path.
/// </summary>
public static class HostMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "StreamTrainer.Host";

    private static readonly Meter s_meter = new(Name);

    private static readonly Counter<long> s_commands = s_meter.CreateCounter<long>(
        "streamtrainer.host.commands", "{command}", "Commands that ended, by name and exit code.");

    private static readonly Histogram<double> s_duration = s_meter.CreateHistogram(
        "streamtrainer.host.run.duration", "s", "Wall time of one process's part of a run, by how it ended.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [1, 10, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600, 7 * 24 * 3600],
        });

    private static readonly string[] s_states = [.. Enum.GetValues<RunState>().Select(Label)];

    // -1: no run yet. Written by the thread that runs the command, read by whoever collects.
    private static int s_state = -1;

    static HostMetrics() => s_meter.CreateObservableGauge(
        "streamtrainer.host.run.state", States, "1", "1 for the state that this process's run is in, 0 for the others; nothing before a run.");

    /// <summary>Activities: a process's part of a run.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    /// <summary>A command ended.</summary>
    public static void CommandDone(string command, int exitCode)
    {
        if (s_commands.Enabled)
        {
            s_commands.Add(1, KeyValuePair.Create("command", (object?)command), KeyValuePair.Create("exit_code", (object?)exitCode));
        }
    }

    /// <summary>The run of this process is in a state.</summary>
    public static void RunIs(RunState state) => Volatile.Write(ref s_state, (int)state);

    /// <summary>The run of this process ended.</summary>
    public static void RunDone(RunState state, double seconds)
    {
        RunIs(state);
        if (s_duration.Enabled)
        {
            s_duration.Record(seconds, KeyValuePair.Create("state", (object?)Label(state)));
        }
    }

    private static IEnumerable<Measurement<long>> States()
    {
        int state = Volatile.Read(ref s_state);
        return state < 0
            ? []
            : s_states.Select((label, index) => new Measurement<long>(index == state ? 1 : 0, KeyValuePair.Create("state", (object?)label)));
    }

    private static string Label(RunState state) => state switch
    {
        RunState.Running => "running",
        RunState.Completed => "completed",
        RunState.Stopped => "stopped",
        RunState.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };
}
