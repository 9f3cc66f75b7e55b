using System.Diagnostics.Metrics;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Telemetry;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.Commands;

public sealed class HostMetricsTests
{
    [Fact]
    public void A_command_is_counted_by_its_name_and_its_exit_code()
    {
        List<string> seen = [];
        using MeterListener listener = Listen<long>("streamtrainer.host.commands", (value, tags) =>
        {
            lock (seen)
            {
                seen.Add($"{value} {tags["command"]} {tags["exit_code"]}");
            }
        });
        using StringWriter output = new(), error = new();
        CommandLine.Run(["recipe", "schema"], output, error);
        CommandLine.Run(["resume", "/nowhere/at/all"], output, error);
        Assert.Contains("1 recipe schema 0", seen);
        Assert.Contains("1 resume 2", seen);
    }

    [Fact]
    public void The_state_of_the_run_is_one_for_one_state_alone()
    {
        Dictionary<string, long> states = [];
        using MeterListener listener = Listen<long>("streamtrainer.host.run.state", (value, tags) => states[(string)tags["state"]!] = value);
        HostMetrics.RunIs(RunState.Stopped);
        listener.RecordObservableInstruments();
        Assert.Equal(["stopped"], states.Where(state => state.Value == 1).Select(state => state.Key));
        Assert.Equal(Enum.GetValues<RunState>().Length, states.Count);
    }

    private static MeterListener Listen<T>(string name, Action<T, Dictionary<string, object?>> heard)
        where T : struct
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == HostMetrics.Name && instrument.Name == name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<T>((_, value, tags, _) => heard(value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
        listener.Start();
        return listener;
    }
}
