using System.Text.Json;
using StreamTrainer.Host.Tests.Hub;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>Weights out of a run and into others: exported, evaluated, gone on from, fetched from a hub.</summary>
public sealed class WeightsTests : IDisposable
{
    private readonly SmallRun _small = new(perClass: 8);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void ExportedWeightsScoreAsTheRunDoesWhereverTheyAre()
    {
        Assert.Equal(0, Executable.Run(_small.Train("a", 4, "--set", "swa.startEpoch=2")).Code);
        string run = _small.Run("a"), val = Path.Combine(_small.Folder, "val");
        double loss = Loss("eval", run, "--json"), folded = Loss("eval", run, "--json", "--fold");
        Assert.Equal(loss, folded, 1e-4);
        foreach (string format in (string[])["safetensors", "pth", "onnx"])
        {
            string file = Path.Combine(_small.Folder, $"m.{format}");
            (int code, string output, string error) = Executable.Run("export", run, "--to", format, "--out", file, "--json");
            Assert.True(code == 0, error);
            using JsonDocument answer = JsonDocument.Parse(output);
            Assert.EndsWith("step-00000004/swa.safetensors", answer.RootElement.GetProperty("weights").GetString(), StringComparison.Ordinal);
            Assert.Equal(new FileInfo(file).Length, answer.RootElement.GetProperty("bytes").GetInt64());
            if (format != "onnx")
            {
                Assert.Equal(loss, Loss("eval", file, "--recipe", _small.Recipe, "--json"), 1e-9);
            }
        }

        // A file that may not become so large is no mistake of who named it.
        string large = Path.Combine(_small.Folder, "large.onnx");
        using (Executable full = Executable.StartWithFileLimit(100, "export", run, "--to", "onnx", "--out", large))
        {
            (int stopped, _, string said) = full.Wait();
            Assert.True(stopped == 1, $"{stopped}: {said}");
            Assert.Contains($"error: --out: {large} cannot be written: a file may not become as large as it has to", said, StringComparison.Ordinal);
            Assert.DoesNotContain(Directory.EnumerateFiles(_small.Folder), path => path.StartsWith(large, StringComparison.Ordinal));
        }

        // By its architecture alone, with its own size of images: a score, if another.
        string weights = Path.Combine(_small.Folder, "m.pth");
        Assert.True(Loss("eval", "--weights", weights, "--model", "resnet20_cifar", "--data", val, "--json") > 0);
        (int missing, _, string told) = Executable.Run("eval", weights, "--data", val);
        Assert.Equal(2, missing);
        Assert.Contains("--model", told, StringComparison.Ordinal);

        // And as a start: the first loss is the trained network's.
        Assert.Equal(0, Executable.Run(_small.Train("b", 1, "--set", $"train.from={weights}")).Code);
        Assert.Contains("starts from the weights of", File.ReadAllText(Directory.EnumerateFiles(_small.Run("b"), "*.log").Single()), StringComparison.Ordinal);
        (int wrong, _, string why) = Executable.Run(_small.Train("c", 1, "--set", "train.from=nowhere.pth"));
        Assert.Equal(2, wrong);
        Assert.Contains("train.from: there is no nowhere.pth", why, StringComparison.Ordinal);
    }

    /// <summary>The classifier goes with the classes, which is said at the start; and once there is a checkpoint, nobody needs the weights.</summary>
    [Fact]
    public void ARunThatStartsFromAnotherTakesItsClassifierForTheSameClassesAndNeverReadsItAgain()
    {
        Assert.Equal(0, Executable.Run(_small.Train("a", 2)).Code);
        (int code, _, string error) = Executable.Run(_small.Train("same", 2, "--set", $"train.from={_small.Run("a")}", "--set", "optimizer.lr=0"));
        Assert.True(code == 0, error);
        Assert.Contains($"starts from the weights of {_small.Run("a")}; the classifier is kept: the classes are the same", error, StringComparison.Ordinal);
        Directory.Move(Path.Combine(_small.Folder, "train", "class2"), Path.Combine(_small.Folder, "train", "other"));
        Directory.Move(Path.Combine(_small.Folder, "val", "class2"), Path.Combine(_small.Folder, "val", "other"));
        (code, _, error) = Executable.Run(_small.Train("b", 2, "--set", $"train.from={_small.Run("a")}", "--set", "checkpoint.everySteps=1"));
        Assert.True(code == 0, error);
        Assert.Contains("the classifier is fresh: the weights do not know the class 'other'", error, StringComparison.Ordinal);
        // As if it had been cut off after its first step.
        Directory.Delete(_small.Checkpoint("b", 2), recursive: true);
        File.Delete(Path.Combine(_small.Run("b"), "summary.json"));
        Directory.Delete(_small.Run("a"), recursive: true);
        (code, _, error) = Executable.Run("resume", _small.Run("b"));
        Assert.True(code == 0, error);
        Assert.DoesNotContain("starts from", error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(_small.Checkpoint("b", 2)));
    }

    [Fact]
    public void AModelOfTheHubIsScoredByItsName()
    {
        Assert.Equal(0, Executable.Run(_small.Train("a", 2)).Code);
        byte[] config = """{"architecture":"resnet20_cifar","num_classes":3,"pretrained_cfg":{"input_size":[3,16,16],"crop_pct":1.0,"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}}"""u8.ToArray();
        using var server = new FakeHub("timm/small.test", new() { ["config.json"] = config, ["model.safetensors"] = _small.Weights("a", 2, "ema.safetensors") });
        string home = Path.Combine(_small.Folder, "hf");
        Dictionary<string, string> environment = new() { ["HF_ENDPOINT"] = server.Address, ["HF_HOME"] = home };
        double loss = Loss("eval", _small.Run("a"), "--checkpoint", "2", "--json");
        string[] line = ["eval", "--weights", "timm/small.test", "--data", Path.Combine(_small.Folder, "val"), "--json"];
        (int code, string output, string error) = Executable.Run(environment, line);
        Assert.True(code == 0, error);
        Assert.Contains("downloading timm/small.test model.safetensors", error, StringComparison.Ordinal);
        using JsonDocument answer = JsonDocument.Parse(output);
        Assert.Equal(loss, answer.RootElement.GetProperty("loss").GetDouble(), 0.02);
        string image = Directory.EnumerateFiles(Path.Combine(_small.Folder, "val"), "*.jpg", SearchOption.AllDirectories).First();
        environment["HF_HUB_OFFLINE"] = "1";
        Assert.Equal(0, Executable.Run(environment, "predict", "--weights", "timm/small.test", image).Code);
        Assert.Equal(0, Executable.Run(environment, _small.Train("b", 1, "--set", "train.from=timm/small.test")).Code);
    }

    private static double Loss(params string[] line)
    {
        (int code, string output, string error) = Executable.Run(line);
        Assert.True(code == 0, error);
        using JsonDocument document = JsonDocument.Parse(output);
        return document.RootElement.GetProperty("loss").GetDouble();
    }
}
