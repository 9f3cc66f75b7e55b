using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>A step that is done again is the one that was done.</summary>
public sealed class ReplayTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void AStepIsDoneAgainToTheBitFromTheNearestCheckpoint()
    {
        Run(0, _small.Train("whole", 27, "--quiet", "--set", "log.everySteps=2", "--set", "checkpoint.keep=1"));
        byte[] before = _small.Weights("whole", 27);
        // Only the last checkpoint is left, and it is after it.
        JsonElement early = Replay("whole", 26);
        Assert.Equal(0, early.GetProperty("from").GetInt32());
        Assert.True(early.GetProperty("equal").GetBoolean());

        Run(0, _small.Train("kept", 27, "--quiet", "--set", "log.everySteps=2", "--set", "checkpoint.keep=9", "--set", "checkpoint.everyEpochs=none"));
        JsonElement replayed = Replay("kept", 26);
        Assert.Equal(20, replayed.GetProperty("from").GetInt32());
        Assert.True(replayed.GetProperty("equal").GetBoolean());
        // 22 and 24 by the log, 25 as an epoch's first.
        Assert.Equal(3, replayed.GetProperty("recordedOnTheWay").GetInt32());
        Assert.Equal(3, replayed.GetProperty("equalOnTheWay").GetInt32());
        JsonElement[] rows = [.. replayed.GetProperty("rows").EnumerateArray()];
        Assert.Equal(12, rows.Length);
        Assert.Equal(replayed.GetProperty("loss").GetDouble(), rows.Average(row => row.GetProperty("loss").GetDouble()), 1e-5);
        Assert.Equal(rows.Select(row => row.GetProperty("loss").GetDouble()).OrderDescending(), rows.Select(row => row.GetProperty("loss").GetDouble()));
        Assert.Equal(12, rows.Select(row => row.GetProperty("position").GetInt64()).Distinct().Count());
        Assert.True(replayed.GetProperty("gradientNorm").GetDouble() > 0);

        // A step without a record of its own.
        JsonElement unrecorded = Replay("kept", 23);
        Assert.False(unrecorded.TryGetProperty("equal", out _));
        Assert.Equal(1, unrecorded.GetProperty("equalOnTheWay").GetInt32());
        // The run is only read.
        Assert.True(before.AsSpan().SequenceEqual(_small.Weights("whole", 27)));
        Assert.Equal(["step-00000027"], Directory.GetDirectories(Path.Combine(_small.Run("whole"), "checkpoints")).Select(path => Path.GetFileName(path)!));

        string page = Path.Combine(_small.Folder, "page.html");
        (string output, _) = Run(0, "replay", _small.Run("kept"), "--step", "26", "--out", page, "--count", "3");
        Assert.Contains("equal to the loss that the run recorded, to the bit", output, StringComparison.Ordinal);
        string html = File.ReadAllText(page);
        Assert.Contains(rows[0].GetProperty("name").GetString()!, html, StringComparison.Ordinal);
        Assert.DoesNotContain(rows[^1].GetProperty("name").GetString()!, html, StringComparison.Ordinal);
    }

    [Fact]
    public void AStepThatWentWrongIsFoundOnTheWayThatTheRunLeft()
    {
        Run(0, _small.Train("back", 20, "--quiet", "--set", "optimizer.name=sgd", "--set", "optimizer.weightDecay=1", "--set", "optimizer.decayAll=true", "--set", "optimizer.lr=1000", "--set", "schedule.perStep=false",
            "--set", "schedule.name=constant", "--set", "schedule.warmupEpochs=2", "--set", "schedule.warmupLr=0.05", "--set", "checkpoint.everySteps=3", "--set", "log.everySteps=1",
            "--set", "health.lossNotFinite=rollBack", "--set", "health.rollBackRate=0.001", "--set", "health.maxRollBacks=20", "--set", "health.gradientExplosion=off"));
        HealthAlarm[] alarms = [.. EventLogReader.Read(RunDirectory.Open(_small.Run("back")).EventsFile).OfType<HealthAlarm>()];
        Assert.NotEmpty(alarms);
        foreach (HealthAlarm alarm in alarms.Take(1))
        {
            JsonElement replayed = Replay("back", alarm.Step);
            Assert.Equal("NaN", replayed.GetProperty("loss").GetString());
            Assert.True(replayed.GetProperty("equal").GetBoolean());
            Assert.Equal(alarm.LearningRate!.Value, replayed.GetProperty("learningRate").GetDouble());
            Assert.Equal(alarm.Samples.Order(), replayed.GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("sample").GetInt64()).Order());
        }

        // After the last roll back, at its rate.
        JsonElement last = Replay("back", 20);
        Assert.True(last.GetProperty("equal").GetBoolean());
    }

    [Fact]
    public void WhatCannotBeReplayedIsSaid()
    {
        Run(0, _small.Train("whole", 12, "--quiet"));
        foreach ((string step, string message) in ((string, string)[])[("0", "--step: 0 is not a step of the run, which has done 1 to 12"), ("13", "--step: 13 is not"), ("-1", "-1 is not a step")])
        {
            Assert.Contains(message, Run(2, "replay", _small.Run("whole"), "--step", step, "--json").Error, StringComparison.Ordinal);
        }

        Assert.Contains("there is no run", Run(2, "replay", _small.Run("none"), "--step", "1").Error, StringComparison.Ordinal);
        string first = Directory.GetFiles(Path.Combine(_small.Folder, "train", "class0")).Order(StringComparer.Ordinal).First();
        File.Delete(first);
        Assert.Contains("had 72 training samples", Run(2, "replay", _small.Run("whole"), "--step", "5", "--json").Error, StringComparison.Ordinal);
    }

    private JsonElement Replay(string id, long step)
    {
        (string output, _) = Run(0, "replay", _small.Run(id), "--step", step.ToString(System.Globalization.CultureInfo.InvariantCulture), "--json");
        return JsonDocument.Parse(output).RootElement.Clone();
    }

    private static (string Output, string Error) Run(int expected, params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        Assert.True(code == expected, $"{code}: {error}");
        return (output.ToString(), error.ToString());
    }
}
