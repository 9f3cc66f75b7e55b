using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text.Json;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Host.Tests.Hub;
using Xunit;

namespace StreamTrainer.Host.Tests.Evaluations;

/// <summary>The real program scores small sets: runs of three classes, and a network with ImageNet's thousand outputs on folders laid out
/// as ImageNet's test sets are.</summary>
public sealed class EvaluationRunTests : IDisposable
{
    // In text order 10 comes before 2, and in any order a place is no number.
    private static readonly int[] s_numbers = [2, 10, 9, 100, 1];

    private readonly SmallRun _small = new(perClass: 8);

    public void Dispose() => _small.Dispose();

    [Fact]
    public void NothingIsScoredTwiceAndWhatChangedIs()
    {
        Assert.Equal(0, Executable.Run(_small.Train("a", 2)).Code);
        string run = _small.Run("a"), list = Path.Combine(run, "evaluations", "evaluation.json");
        string[] grid = ["eval", run, "--resolutions", "16,32", "--crops", "0.875,1.0", "--json"];
        (JsonElement first, string told) = Json(grid);
        Assert.Equal(4, Times(told, "scoring 24 images"));
        Assert.Equal([(16, 0.875), (16, 1.0), (32, 0.875), (32, 1.0)], Rows(first).Select(row => (row.GetProperty("cell").GetProperty("resolution").GetInt32(), row.GetProperty("cell").GetProperty("cropPct").GetDouble())));
        Assert.Equal(4, JsonDocument.Parse(File.ReadAllBytes(list)).RootElement.GetArrayLength());
        // The same again, in less time than the network takes to load: it is not even made.
        (JsonElement second, told) = Json(grid);
        Assert.Equal((0, 4), (Times(told, "scoring"), Times(told, "nothing is scored again")));
        Assert.Equal(first.GetProperty("scores").GetRawText(), second.GetProperty("scores").GetRawText());

        // Mirrored too is another thing; so are other weights under the same name, and other images at the same place.
        (_, told) = Json("eval", run, "--tta", "flip", "--json");
        Assert.Contains("crop 1, flip: scoring", told, StringComparison.Ordinal);
        (_, told) = Json(grid);
        Assert.Equal(0, Times(told, "scoring"));
        string image = Directory.EnumerateFiles(Path.Combine(_small.Folder, "val"), "*.jpg", SearchOption.AllDirectories).First();
        File.WriteAllBytes(image, [1, 2, 3]);
        (JsonElement third, told) = Json("eval", run, "--resolutions", "16", "--json");
        Assert.Contains("of other images; scored anew", told, StringComparison.Ordinal);
        Assert.Equal((23, 1), (third.GetProperty("samples").GetInt32(), third.GetProperty("badSamples").GetInt32()));

        // Against another run, by the same images; and a table for people.
        Assert.Equal(0, Executable.Run(_small.Train("b", 2, "--set", "train.seed=9")).Code);
        (JsonElement both, _) = Json("eval", run, "--against", _small.Run("b"), "--json");
        JsonElement compared = Assert.Single(both.GetProperty("comparisons").EnumerateArray());
        Assert.Equal(23, compared.GetProperty("count").GetInt32());
        double difference = both.GetProperty("scores")[0].GetProperty("top1").GetProperty("value").GetDouble() - both.GetProperty("againstScores")[0].GetProperty("top1").GetProperty("value").GetDouble();
        Assert.Equal(difference, compared.GetProperty("top1").GetProperty("value").GetDouble(), 1e-9);
        Assert.True(File.Exists(Path.Combine(_small.Run("b"), "evaluations", "evaluation.json")));
        string kept = Path.Combine(_small.Folder, "kept");
        string[] saved = ["eval", run, "--against", _small.Run("b"), "--save", kept, "--json"];
        Assert.Equal((2, 0), (Times(Json(saved).Told, "scoring"), Times(Json(saved).Told, "scoring")));
        (int code, string text, _) = Executable.Run("eval", run, "--against", _small.Run("b"));
        Assert.Equal(0, code);
        Assert.Contains("McNemar", text, StringComparison.Ordinal);
        Assert.Contains("1 could not be used", text, StringComparison.Ordinal);

        // Other data than the recipe's has a name of its own; ImageNet's sets are for ImageNet's models.
        (JsonElement train, _) = Json("eval", run, "--data", Path.Combine(_small.Folder, "train"), "--json");
        Assert.Equal("train", Rows(train)[0].GetProperty("set").GetString());
        (code, _, string error) = Executable.Run("eval", run, "--on", "val,v2", "--v2", _small.Folder);
        Assert.Equal(2, code);
        Assert.Contains("error: --on v2: its labels are ImageNet's 1000 classes, and this model tells 3 apart", error, StringComparison.Ordinal);
    }

    [Fact]
    public void AThousandClassesAreScoredOnValRealAndV2AsTheirLabelsAre()
    {
        (string weights, string recipe, string val, string real, string v2) = ImageNet();
        string[] places = ["--val", val, "--real", real, "--v2", v2];
        (JsonElement answer, string told) = Json(["eval", weights, "--recipe", recipe, "--on", "val,real,v2", .. places, "--save", Path.Combine(_small.Folder, "kept"), "--json"]);
        Assert.Equal(2, Times(told, "scoring"));
        Assert.Equal([("val", 5), ("real", 4), ("v2", 5)], Rows(answer).Select(row => (row.GetProperty("set").GetString()!, row.GetProperty("count").GetInt32())));
        Assert.Equal(1, Rows(answer)[1].GetProperty("skipped").GetInt32());
        Assert.False(Rows(answer)[1].TryGetProperty("loss", out _));
        Assert.Equal("Outside", Assert.Single(answer.GetProperty("overfitting").EnumerateArray()).GetProperty("verdict").GetString());

        // V2's images are labelled by their folders' numbers.
        SavedPredictions saved = PredictionFile.Read(Path.Combine(_small.Folder, "kept", "v2-16-1-small.msgpack"));
        Assert.Equal(s_numbers.Length, saved.Answers.Count);
        Dictionary<ulong, int> labels = saved.Images.Zip(saved.Answers.Labels).ToDictionary(each => each.First, each => each.Second);
        Assert.All(s_numbers, number => Assert.Equal(number, labels[XxHash64.HashToUInt64(MemoryMarshal.AsBytes($"{number}/{number}.jpg".AsSpan()))]));
        SavedPredictions ofVal = PredictionFile.Read(Path.Combine(_small.Folder, "kept", "val-16-1-small.msgpack"));

        // ReaL's lists: of image 1 what the model says of it, of 2 nothing at all, of the others what it does not say.
        int[] first = [.. Enumerable.Range(0, 5).Select(ofVal.Answers.Best)];
        File.WriteAllText(real, JsonSerializer.Serialize((int[][])[[first[0]], [], [(first[2] + 1) % 1000], [(first[3] + 1) % 1000], [(first[4] + 1) % 1000, first[4]]]));
        (answer, told) = Json(["eval", weights, "--recipe", recipe, "--on", "real", .. places, "--save", Path.Combine(_small.Folder, "kept"), "--json"]);
        Assert.Equal(0, Times(told, "scoring"));
        Assert.Equal(0.5, answer.GetProperty("top1").GetDouble());
        (int code, _, string error) = Executable.Run(["eval", weights, "--recipe", recipe, "--on", "real", "--val", v2, "--real", real]);
        Assert.Equal(2, code);
        Assert.Contains("is not called as ImageNet's validation images are", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ReleasedWeightsStandBesideTheirPublishedFigures()
    {
        (string weights, _, string val, string real, string v2) = ImageNet();
        byte[] config = """{"architecture":"resnet20_cifar","num_classes":1000,"pretrained_cfg":{"input_size":[3,224,224],"crop_pct":0.95,"mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]}}"""u8.ToArray();
        using var server = new FakeHub("timm/resnet50.a3_in1k", new() { ["config.json"] = config, ["model.safetensors"] = File.ReadAllBytes(weights) });
        Dictionary<string, string> environment = new()
        {
            ["HF_ENDPOINT"] = server.Address, ["HF_HOME"] = Path.Combine(_small.Folder, "hf"), ["STREAMTRAINER_IMAGENET_VAL"] = val, ["STREAMTRAINER_IMAGENET_REAL"] = real,
        };
        // All places, before anything is fetched.
        (int code, _, string error) = Executable.Run(environment, "reproduce", "evaluation", "--only", "a3");
        Assert.Equal(2, code);
        Assert.Contains("--on v2: nobody says where ImageNet-V2 is", error, StringComparison.Ordinal);
        Assert.Empty(server.Requests);
        environment["STREAMTRAINER_IMAGENET_V2"] = v2;
        (code, string output, error) = Executable.Run(environment, "reproduce", "evaluation", "--only", "a3", "--json");
        // It is not timm's network, and that is seen.
        Assert.True(code == 1, error);
        JsonElement[] figures = [.. JsonDocument.Parse(output).RootElement.EnumerateArray()];
        Assert.Equal(
            [("val", 224, 78.052, 5), ("real", 224, 84.48, 4), ("v2", 224, 65.67, 5), ("val", 160, 75.994, 5)],
            figures.Select(row => (row.GetProperty("set").GetString()!, row.GetProperty("resolution").GetInt32(), row.GetProperty("published").GetDouble(), row.GetProperty("count").GetInt32())));
        Assert.All(figures, row => Assert.Equal((0.95, false), (row.GetProperty("cropPct").GetDouble(), row.GetProperty("agrees").GetBoolean())));
        (code, output, error) = Executable.Run(environment, "reproduce", "evaluation", "--only", "a3");
        Assert.Equal(1, code);
        Assert.Equal(0, Times(error, "scoring"));
        Assert.Contains("arXiv 2110.00476", output, StringComparison.Ordinal);
        Assert.Equal(4, Times(output, "differs"));
    }

    [Fact]
    public void SeveralProcessesScoreAsOneDoes()
    {
        Assert.Equal(0, Executable.Run(_small.Train("a", 1)).Code);
        string kept = Path.Combine(_small.Folder, "kept");
        (JsonElement alone, _) = Json("eval", _small.Run("a"), "--json");
        using Executable program = Executable.StartRanks(3, "eval", _small.Run("a"), "--save", kept, "--json");
        (int code, string output, string error) = program.Wait();
        Assert.True(code == 0, error);
        // mpirun gives its first process a terminal, and the runtime greets terminals.
        JsonElement together = JsonDocument.Parse(output[output.IndexOf('{', StringComparison.Ordinal)..]).RootElement;
        Assert.Equal(24, together.GetProperty("samples").GetInt32());
        Assert.Equal(alone.GetProperty("top1").GetDouble(), together.GetProperty("top1").GetDouble());
        Assert.Equal(alone.GetProperty("loss").GetDouble(), together.GetProperty("loss").GetDouble(), 1e-5);
        Assert.Equal(Directory.GetFiles(Path.Combine(_small.Run("a"), "evaluations")).Length, Directory.GetFiles(kept).Length);
        // A mistake is told once, by the first.
        using Executable wrong = Executable.StartRanks(2, "eval", _small.Run("a"), "--data", "nowhere");
        (code, _, error) = wrong.Wait();
        Assert.NotEqual(0, code);
        Assert.Equal(1, Times(error, "error: nowhere: no such file or folder"));
    }

    /// <summary>Weights with a thousand outputs and their recipe; five validation images under their names, in folders that sort as ImageNet's do;
    /// ReaL's file for them, the second list empty; five images in V2's layout.</summary>
    private (string Weights, string Recipe, string Val, string Real, string V2) ImageNet()
    {
        string recipe = Path.Combine(_small.Folder, "thousand.yaml"), weights = Path.Combine(_small.Folder, "small.safetensors");
        File.WriteAllText(recipe, File.ReadAllText(_small.Recipe).Replace("name: resnet20_cifar", "name: resnet20_cifar, numClasses: 1000", StringComparison.Ordinal));
        Assert.Equal(0, Executable.Run("train", recipe, "--runs", _small.Runs, "--id", "thousand", "--set", "train.maxSteps=1").Code);
        File.WriteAllBytes(weights, _small.Weights("thousand", 1));
        string[] images = [.. Directory.EnumerateFiles(Path.Combine(_small.Folder, "val"), "*.jpg", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(5)];
        for (int i = 0; i < images.Length; i++)
        {
            Copy(images[i], $"imagenet/n0144076{i}/ILSVRC2012_val_0000000{i + 1}.JPEG");
            Copy(images[i], $"v2/{s_numbers[i]}/{s_numbers[i]}.jpg");
        }

        string real = Path.Combine(_small.Folder, "real.json");
        File.WriteAllText(real, "[[1],[],[3],[4],[5]]");
        return (weights, recipe, Path.Combine(_small.Folder, "imagenet"), real, Path.Combine(_small.Folder, "v2"));

        void Copy(string from, string to)
        {
            string path = Path.Combine(_small.Folder, to);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Copy(from, path);
        }
    }

    private static JsonElement[] Rows(JsonElement answer) => [.. answer.GetProperty("scores").EnumerateArray()];

    private static int Times(string text, string part) => text.Split(part).Length - 1;

    private static (JsonElement Answer, string Told) Json(params string[] line)
    {
        (int code, string output, string error) = Executable.Run(line);
        Assert.True(code == 0, error);
        return (JsonDocument.Parse(output).RootElement, error);
    }
}
