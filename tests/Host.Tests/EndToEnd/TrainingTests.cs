using System.Text.Json;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>Runs by the real executable: what they leave, how they end, and that they go on.</summary>
public sealed class TrainingTests : IDisposable
{
    private const int Steps = 60;

    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void ARunLeavesEverythingThatItShould()
    {
        (int code, string output, string error) = Executable.Run(_small.Train("whole", 30, "--json"));
        Assert.True(code == 0, error);
        using JsonDocument printed = JsonDocument.Parse(output);
        using JsonDocument summary = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(_small.Run("whole"), "summary.json")));
        foreach (JsonElement root in (JsonElement[])[printed.RootElement, summary.RootElement])
        {
            Assert.Equal("completed", root.GetProperty("state").GetString());
            Assert.Equal(30, root.GetProperty("steps").GetInt32());
            Assert.Equal(5, root.GetProperty("epochs").GetDouble());
            Assert.InRange(root.GetProperty("top1").GetDouble(), 0, 1);
            Assert.InRange(root.GetProperty("top5").GetDouble(), 0.99, 1);
            double wall = root.GetProperty("wallSeconds").GetDouble();
            Assert.Equal(wall, root.GetProperty("phases").EnumerateObject().Sum(phase => phase.Value.GetDouble()), wall * 0.02);
            Assert.True(root.GetProperty("imagesPerSecond").GetDouble() > 0);
            Assert.InRange(root.GetProperty("dataWaitShare").GetDouble(), 0, 1);
        }

        RunDirectory run = RunDirectory.Open(_small.Run("whole"));
        Assert.Equal(30, run.ReadRecipe().Train.MaxSteps);
        Assert.Contains("train", RunEnvironment.Read(run).CommandLine);
        Assert.Contains("completed", output, StringComparison.Ordinal);
        Assert.NotEmpty(File.ReadAllLines(run.LogFile));
        TrainingEvent[] events = [.. EventLogReader.Read(run.EventsFile)];
        Assert.IsType<RunStarted>(events[0]);
        Assert.Equal(RunState.Completed, Assert.IsType<RunFinished>(events[^1]).State);
        Assert.True(File.Exists(Path.Combine(_small.Checkpoint("whole", 30), "model.safetensors")));
        Assert.Equal(3, Directory.GetDirectories(run.CheckpointDirectory).Length);
    }

    [Fact]
    public void ARunKilledAtAnyTimeEndsWithTheSameWeights()
    {
        Assert.Equal(0, Executable.Run(_small.Train("whole", Steps)).Code);
        using (Executable killed = Executable.Start(_small.Train("killed", Steps)))
        {
            killed.Until(() => Directory.Exists(_small.Checkpoint("killed", 20)));
            killed.Signal("KILL");
            Assert.Equal(137, killed.Wait().Code);
        }

        Assert.False(Directory.Exists(_small.Checkpoint("killed", Steps)));
        (int code, _, string error) = Executable.Run("resume", _small.Run("killed"));
        Assert.True(code == 0, error);
        Assert.Contains("going on after step", error, StringComparison.Ordinal);
        AssertSameWeights("whole", "killed");
        (code, string output, error) = Executable.Run("resume", _small.Run("killed"));
        Assert.Equal(0, code);
        Assert.Contains("complete", error + output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void ASignalSavesTheStateAndTheRunGoesOn(string signal, int expected)
    {
        Assert.Equal(0, Executable.Run(_small.Train("whole", Steps)).Code);
        using (Executable stopped = Executable.Start(_small.Train("stopped", Steps)))
        {
            stopped.Until(() => Directory.Exists(_small.Checkpoint("stopped", 10)));
            stopped.Signal(signal);
            (int code, _, string error) = stopped.Wait();
            Assert.True(code == expected, error);
        }

        Assert.Equal(RunState.Stopped, RunSummary.Read(RunDirectory.Open(_small.Run("stopped")))!.State);
        Assert.Equal(0, Executable.Run("resume", _small.Run("stopped"), "--quiet").Code);
        AssertSameWeights("whole", "stopped");
    }

    [Fact]
    public void TwoInterruptsStopAtOnceAndTheRunGoesOn()
    {
        Assert.Equal(0, Executable.Run(_small.Train("whole", Steps)).Code);
        using (Executable stopped = Executable.Start(_small.Train("stopped", Steps)))
        {
            stopped.Until(() => Directory.Exists(_small.Checkpoint("stopped", 10)));
            stopped.Signal("INT");
            stopped.Signal("INT");
            Assert.Equal(130, stopped.Wait().Code);
        }

        Assert.Equal(0, Executable.Run("resume", _small.Run("stopped"), "--quiet").Code);
        AssertSameWeights("whole", "stopped");
    }

    [Fact]
    public void ARunThatLivesIsNotResumed()
    {
        using Executable running = Executable.Start(_small.Train("alive", 100_000));
        running.Until(() => Directory.Exists(_small.Checkpoint("alive", 10)));
        (int code, _, string error) = Executable.Run("resume", _small.Run("alive"));
        Assert.Equal(2, code);
        Assert.Contains($"in use by process {running.Id}", error, StringComparison.Ordinal);
        Assert.False(running.HasExited);
    }

    [Fact]
    public void AFullDiskIsToldAndTakesNothingAway()
    {
        Assert.Equal(0, Executable.Run(_small.Train("whole", Steps)).Code);
        // Events, log and recipe are small; weights of 1.1 MB do not fit.
        using Executable full = Executable.StartWithFileLimit(300, _small.Train("full", Steps));
        (int code, _, string error) = full.Wait();
        Assert.True(code == 1, error);
        Assert.Contains("the checkpoint at step 10 was not saved", error, StringComparison.Ordinal);
        Assert.Contains($"error: the checkpoint at step {Steps} was not saved", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(RunState.Failed, RunSummary.Read(RunDirectory.Open(_small.Run("full")))!.State);
        Assert.Empty(Directory.GetDirectories(Path.Combine(_small.Run("full"), "checkpoints")));

        // With room again, the run begins anew and comes to the same end.
        (code, _, error) = Executable.Run("resume", _small.Run("full"));
        Assert.True(code == 0, error);
        AssertSameWeights("whole", "full");
    }

    [Fact]
    public void BadSamplesAreListedAndReplaced()
    {
        string folder = Path.Combine(_small.Folder, "train", "class1");
        File.WriteAllBytes(Path.Combine(folder, "3.jpg"), []);
        File.WriteAllText(Path.Combine(folder, "4.jpg"), "no picture");
        byte[] whole = File.ReadAllBytes(Path.Combine(folder, "5.jpg"));
        File.WriteAllBytes(Path.Combine(folder, "5.jpg"), whole[..(whole.Length / 2)]);
        // A validation image is met at every evaluation and told once.
        string val = Path.Combine(_small.Folder, "val", "class0", "1.jpg");
        File.WriteAllBytes(val, []);
        (int code, string output, string error) = Executable.Run(_small.Train("bad", 12, "--json", "--set", "eval.everyEpochs=1"));
        Assert.True(code == 0, error);
        using JsonDocument summary = JsonDocument.Parse(output);
        Assert.Equal(4, summary.RootElement.GetProperty("badSamples").GetInt32());
        string[] listed = [.. File.ReadAllLines(Path.Combine(_small.Run("bad"), "bad-samples.txt")).Order(StringComparer.Ordinal)];
        Assert.Equal(
            [$"{Path.Combine(folder, "3.jpg")}\tempty file", $"{Path.Combine(folder, "4.jpg")}\tnot an image of a known format", $"{Path.Combine(folder, "5.jpg")}\ttruncated JPEG", $"{val}\tempty file"],
            listed);

        (code, _, error) = Executable.Run(_small.Train("limit", 12, "--set", "data.maxBadFraction=0.02"));
        Assert.Equal(2, code);
        Assert.Contains("data.maxBadFraction", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ModelsAreScoredAndAsked()
    {
        Assert.Equal(0, Executable.Run(_small.Train("whole", 30, "--quiet")).Code);
        (int code, string output, string error) = Executable.Run("eval", _small.Run("whole"), "--json", "--checkpoint", "last");
        Assert.True(code == 0, error);
        using JsonDocument score = JsonDocument.Parse(output);
        RunSummary summary = RunSummary.Read(RunDirectory.Open(_small.Run("whole")))!;
        Assert.Equal(summary.Top1, score.RootElement.GetProperty("top1").GetDouble());
        Assert.Equal(summary.Loss!.Value, score.RootElement.GetProperty("loss").GetDouble(), 1e-6);

        string weights = Path.Combine(_small.Checkpoint("whole", 30), "ema.safetensors");
        (code, output, error) = Executable.Run("eval", weights, "--recipe", _small.Recipe, "--json");
        Assert.True(code == 0, error);
        using JsonDocument again = JsonDocument.Parse(output);
        Assert.Equal(summary.Top1, again.RootElement.GetProperty("top1").GetDouble());

        string image = Path.Combine(_small.Folder, "val", "class2", "0.jpg"), none = Path.Combine(_small.Folder, "none.jpg");
        (code, output, error) = Executable.Run("predict", _small.Run("whole"), image, none, "--top", "2", "--json");
        Assert.Equal(2, code);
        Assert.Contains($"error: {none}: no such file\n", error, StringComparison.Ordinal);
        using JsonDocument predicted = JsonDocument.Parse(output);
        JsonElement[] classes = [.. predicted.RootElement[0].GetProperty("classes").EnumerateArray()];
        Assert.Equal(2, classes.Length);
        Assert.True(classes[0].GetProperty("probability").GetDouble() >= classes[1].GetProperty("probability").GetDouble());
        Assert.StartsWith("class", classes[0].GetProperty("class").GetString(), StringComparison.Ordinal);

        // A folder stands for the images in it, and one of its images for itself: both say the same.
        string folder = Path.Combine(_small.Folder, "val");
        (code, output, error) = Executable.Run("predict", _small.Run("whole"), folder, "--top", "2", "--json");
        Assert.True(code == 0, error);
        using JsonDocument all = JsonDocument.Parse(output);
        Assert.Equal(24, all.RootElement.GetArrayLength());
        JsonElement same = all.RootElement.EnumerateArray().Single(each => each.GetProperty("image").GetString() == image);
        Assert.Equal(predicted.RootElement[0].GetRawText(), same.GetRawText());
        string empty = Directory.CreateDirectory(Path.Combine(_small.Folder, "empty")).FullName;
        (code, _, error) = Executable.Run("predict", _small.Run("whole"), empty);
        Assert.Equal(2, code);
        Assert.Contains($"{empty}: a folder without images (files that end in .jpg", error, StringComparison.Ordinal);
    }

    private void AssertSameWeights(string one, string other)
    {
        foreach (string file in (string[])["model.safetensors", "ema.safetensors", "optimizer.safetensors"])
        {
            Assert.True(_small.Weights(one, Steps, file).AsSpan().SequenceEqual(_small.Weights(other, Steps, file)), file);
        }
    }
}
