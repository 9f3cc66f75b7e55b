using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Model.Training;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Ranks;

/// <summary>Several processes under a real mpirun train CIFAR-10 as one does: that is what they are compared with.</summary>
public sealed class RankTrainingTests : IDisposable
{
    private const int Batch = 64, Group = 16, Steps = 8, Every = 4;
    private static readonly TimeSpan s_end = TimeSpan.FromSeconds(10);

    private readonly TemporaryFolder _folder = new();
    private readonly string _recipe;

    public RankTrainingTests()
    {
        string train = TestPaths.DataFile("cifar10-train.tar"), val = TestPaths.DataFile("cifar10-val.tar");
        Assert.SkipUnless(File.Exists(train) && File.Exists(val), $"no {train}");
        _recipe = _folder.Write("recipe.yaml", $$"""
            model: { name: resnet20_cifar, dropPath: 0.1 }
            data: { train: "{{train}}", val: "{{val}}" }
            augment: { size: 32, crop: padShift }
            eval: { size: 32, cropPct: 1.0, everyEpochs: 100 }
            mix: { mixup: 0.2, cutmix: 1.0 }
            loss: { smoothing: 0.1 }
            optimizer: { name: sgd, lr: 0.05, weightDecay: 5.0e-4 }
            ema: { decay: 0.9 }
            train: { batchSize: {{Batch}}, groupSize: {{Group}}, microBatchSize: {{Group}}, seed: 1, threads: 1, precision: fp32, maxSteps: {{Steps}} }
            checkpoint: { everySteps: {{Every}}, keep: 100 }
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void AnyNumberOfRanksTrainsTheSameWeightsAndScoresEveryImageOnce()
    {
        Assert.Equal(0, Executable.Run(Train("one")).Code);
        foreach (int ranks in (int[])[2, 4])
        {
            using Executable program = Executable.StartRanks(ranks, Train($"{ranks}"));
            (int code, _, string error) = program.Wait();
            Assert.True(code == 0, error);
            Near("one", $"{ranks}", Steps, 1e-3);
            Assert.Equal(Scored("one"), Scored($"{ranks}"));
            // The first rank alone writes: as many checkpoints as one process leaves.
            Assert.Equal(Checkpoints("one"), Checkpoints($"{ranks}"));
        }
    }

    /// <summary>One group over all ranks: without statistics in common they train something else.</summary>
    [Fact]
    public void PartsOfAGroupHaveStatisticsInCommon()
    {
        string[] whole = ["--set", $"train.groupSize={Batch}", "--set", $"train.microBatchSize={Batch}"];
        Assert.Equal(0, Executable.Run(Train("one", whole)).Code);
        foreach ((int ranks, string sync) in ((int, string)[])[(4, "true"), (2, "false")])
        {
            using Executable program = Executable.StartRanks(ranks, Train(sync, [.. whole, "--set", $"distributed.syncBatchNorm={sync}"]));
            (int code, _, string error) = program.Wait();
            Assert.True(code == 0, error);
        }

        // Sums of other parts are rounded otherwise, and the first steps of a fresh network make much of it.
        Near("one", "true", Steps, 0.03);
        Assert.True(Statistics("one", "true") < 1e-3, "running statistics are others");
        Assert.Throws<Xunit.Sdk.TrueException>(() => Near("one", "false", Steps, 0.1));
    }

    [Theory]
    [InlineData("fp16", "false", 0.02)]
    [InlineData("bf16", "true", 0.1)]
    public void NarrowGradientsGoNearlyTheSameWay(string compression, string overlap, double tolerance)
    {
        Assert.SkipUnless(Rotation.Takes(compression, 2), "by turns with the commits; STREAMTRAINER_TESTS=full runs all");
        Assert.Equal(0, Executable.Run(Train("one")).Code);
        using Executable program = Executable.StartRanks(
            2, Train("narrow", "--set", $"distributed.compression={compression}", "--set", $"distributed.overlap={overlap}", "--set", "distributed.bucketMegabytes=0.1"));
        (int code, _, string error) = program.Wait();
        Assert.True(code == 0, error);
        double apart = Near("one", "narrow", Steps, tolerance);
        Assert.True(apart > 1e-5, "nothing was rounded");
    }

    [Fact]
    public void AKilledRankEndsTheRunAndItGoesOnAsOneProcess()
    {
        using (Executable program = Executable.StartRanks(2, Train("killed", "--set", "train.maxSteps=100000", "--set", "train.epochs=1000")))
        {
            program.Until(() => Directory.Exists(Checkpoint("killed", 2 * Every)));
            long start = Stopwatch.GetTimestamp();
            Process.GetProcessById(Children(program.Id)[^1]).Kill();
            (int code, string output, string error) = program.Wait();
            Assert.NotEqual(0, code);
            Assert.True(Stopwatch.GetElapsedTime(start) < s_end, $"it went on for {Stopwatch.GetElapsedTime(start)}");
            Assert.Contains("rank 1", output + error, StringComparison.Ordinal);
            Assert.Contains("signal 9", output + error, StringComparison.Ordinal);
        }

        // What is left is the state of a step that both had done: one process comes to the same weights as one that was alone all the time.
        int left = Directory.GetDirectories(Path.Combine(Run("killed"), "checkpoints"), "step-*")
            .Select(path => int.Parse(Path.GetFileName(path).AsSpan(5), CultureInfo.InvariantCulture)).Max();
        using (Executable resumed = Executable.Start("resume", Run("killed"), "--quiet"))
        {
            resumed.Until(() => Directory.Exists(Checkpoint("killed", left + Every)));
        }

        Assert.Equal(0, Executable.Run(Train("alone", "--set", $"train.maxSteps={left + Every}", "--set", "train.epochs=1000")).Code);
        Near("alone", "killed", left + Every, 0.1);
    }

    [Fact]
    public void AStopReachesAllRanksAfterTheSameStep()
    {
        using (Executable program = Executable.StartRanks(2, Train("stopped", "--set", "train.maxSteps=100000", "--set", "train.epochs=1000", "--set", "checkpoint.everySteps=100000")))
        {
            // Recorded at every tenth step: it trains.
            program.Until(() => File.Exists(Path.Combine(Run("stopped"), "events.msgpack")) && new FileInfo(Path.Combine(Run("stopped"), "events.msgpack")).Length > 2000);
            program.Signal("TERM");
            program.Wait();
        }

        using JsonDocument summary = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Run("stopped"), "summary.json")));
        Assert.Equal("stopped", summary.RootElement.GetProperty("state").GetString());
        Assert.Equal([summary.RootElement.GetProperty("steps").GetInt32()], Checkpoints("stopped"));
    }

    [Fact]
    public void WhatCannotBeTrainedIsSaidOnceForAllRanks()
    {
        using Executable program = Executable.StartRanks(2, Train("refused", "--set", "train.batchSize=63", "--set", "train.groupSize=63", "--set", "train.microBatchSize=63", "--set", "mix.mixup=0", "--set", "mix.cutmix=0"));
        (int code, _, string error) = program.Wait();
        Assert.Equal(2, code);
        Assert.Single(error.Split('\n'), line => line.Contains("error: ", StringComparison.Ordinal) && line.Contains("train.batchSize", StringComparison.Ordinal));
    }

    private string Run(string id) => Path.Combine(_folder.Path, "runs", id);

    private string Checkpoint(string id, int step) => Path.Combine(Run(id), "checkpoints", $"step-{step:D8}");

    private int[] Checkpoints(string id) => [.. Directory.GetDirectories(Path.Combine(Run(id), "checkpoints"), "step-*")
        .Select(path => int.Parse(Path.GetFileName(path).AsSpan(5), CultureInfo.InvariantCulture)).Order()];

    private string[] Train(string id, params string[] more) => ["train", _recipe, "--runs", Path.Combine(_folder.Path, "runs"), "--id", id, "--quiet", .. more];

    private long Scored(string id) => EventLogReader.Read(Path.Combine(Run(id), "events.msgpack")).OfType<Evaluated>().Last().Samples;

    private static int[] Children(int process) => [.. Directory.GetDirectories($"/proc/{process}/task")
        .SelectMany(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(child => int.Parse(child, CultureInfo.InvariantCulture))];

    /// <summary>Weights and their averages differ by the order of sums alone, which is small beside what the last steps did; running
    /// statistics are another mean.</summary>
    /// <returns>How far the weights are apart, of what the last steps did.</returns>
    private double Near(string one, string other, int step, double tolerance)
    {
        double ratio = 0;
        foreach (string file in (string[])["model.safetensors", "ema.safetensors"])
        {
            double apart = Distance(Path.Combine(Checkpoint(one, step), file), Path.Combine(Checkpoint(other, step), file));
            double moved = Distance(Path.Combine(Checkpoint(one, step), file), Path.Combine(Checkpoint(one, step - Every), file));
            Assert.True(apart <= tolerance * moved, $"{file}: {apart} apart, after {Every} steps of {moved}");
            ratio = Math.Max(ratio, apart / moved);
        }

        return ratio;
    }

    /// <summary>How far running statistics are apart, of their own size.</summary>
    private double Statistics(string one, string other)
    {
        string file = Path.Combine(Checkpoint(one, Steps), "model.safetensors");
        return Distance(file, Path.Combine(Checkpoint(other, Steps), "model.safetensors"), IsStatistic)
            / Math.Sqrt(new SafetensorsFile(file).Names.Where(IsStatistic).Sum(name => new SafetensorsFile(file).Read<float>(name).Sum(value => (double)value * value)));
    }

    private static bool IsStatistic(string name) => name.Contains("running_", StringComparison.Ordinal);

    private static double Distance(string one, string other) =>
        Distance(one, other, name => !IsStatistic(name) && !name.Contains("num_batches", StringComparison.Ordinal));

    private static double Distance(string one, string other, Func<string, bool> chosen)
    {
        var first = new SafetensorsFile(one);
        var second = new SafetensorsFile(other);
        Assert.Equal(first.Names, second.Names);
        return Math.Sqrt(first.Names.Where(chosen)
            .Sum(name => first.Read<float>(name).Zip(second.Read<float>(name), (x, y) => Math.Pow((double)x - y, 2)).Sum()));
    }
}
