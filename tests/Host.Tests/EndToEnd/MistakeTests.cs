using System.Text.Json;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>What users do wrong: one clear line, exit code 2, nothing left behind.</summary>
public sealed class MistakeTests : IDisposable
{
    private readonly SmallRun _small = new(perClass: 4);

    public void Dispose() => _small.Dispose();

    [Theory]
    [InlineData("optimizer: { lrr: 1 }", "did you mean 'lr'?")]
    [InlineData("train: { epochs: many }", "train.epochs")]
    [InlineData("model: { name: resnet51 }", "did you mean")]
    [InlineData("model: { name: resnet51 }", "wrong.yaml:2: model.name: there is no 'resnet51'")]
    [InlineData("data: { train: /nowhere/at/all }", "wrong.yaml:2: data.train: /nowhere/at/all: no such file or folder")]
    [InlineData("train: { device: cuda:99 }", "train.device")]
    [InlineData("train: { batchSize: 100000 }", "100000")]
    [InlineData("train: { batchSize: 600, groupSize: 512 }", "set train.groupSize to 300, or train.batchSize to 512 or 1024")]
    [InlineData("model: { numClasses: 2 }", "model.numClasses")]
    [InlineData("data: { train: wrong.yaml }", "wrong.yaml")]
    [InlineData("data: { train: \"${NOT_SET_ANYWHERE}/x.tar\" }", "NOT_SET_ANYWHERE")]
    public void AWrongRecipeIsExplained(string line, string message)
    {
        string recipe = Path.Combine(_small.Folder, "wrong.yaml");
        File.WriteAllText(recipe, $"extends: recipe.yaml\n{line}\n");
        (int code, _, string error) = Executable.Run("train", recipe, "--runs", _small.Runs);
        Assert.True(code == 2, error);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_small.Runs) && Directory.EnumerateFileSystemEntries(_small.Runs).Any());
    }

    /// <summary>What only the data, the device or the weights can say against a recipe: the same, and never a run's directory.</summary>
    [Theory]
    [InlineData("data.augRepeats=3", "--set data.augRepeats=3: data.augRepeats: repeated augmentation rounds an epoch down to a multiple of 256, and the 12 training samples leave nothing; set it to 0, or train on more")]
    [InlineData("train.batchSize=16", "--set train.batchSize=16: train.batchSize: 16 is more than the 12 training samples; lower it to at most 12")]
    [InlineData("data.train=FOLDER/train?repeat=30 data.augRepeats=3 train.batchSize=300", "train.batchSize: 300 is more than the 256 images that an epoch with data.augRepeats 3 has of 360 training samples; lower it to at most 256")]
    [InlineData("model.numClasses=2", "model.numClasses: 2 is less than the 3 classes of FOLDER/train; leave it out or set it to 3")]
    [InlineData("data.val=FOLDER/other", "FOLDER/other: has classes that FOLDER/train has not: 'zebra'; both need the same class folders")]
    [InlineData("data.val=FOLDER/other/zebra", "FOLDER/other/zebra: has no folders")]
    [InlineData("data.train=FOLDER/train?holdout=12&part=train", "FOLDER/train?holdout=12&part=train: 12 samples cannot be held out of 12")]
    [InlineData("data.train=demo:nothing", "demo:nothing")]
    [InlineData("train.device=cuda:99", "train.device: 'cuda:99' is not there")]
    [InlineData("train.device=cpu train.precision=tf32", "train.precision: tf32 is for CUDA devices")]
    [InlineData("train.from=RECIPE", "RECIPE")]
    public void ARefusedRunIsNone(string settings, string message)
    {
        string other = Path.Combine(_small.Folder, "other", "zebra");
        Directory.CreateDirectory(other);
        File.Copy(Path.Combine(_small.Folder, "val", "class0", "0.jpg"), Path.Combine(other, "0.jpg"));
        string Named(string text) => text.Replace("FOLDER", _small.Folder, StringComparison.Ordinal).Replace("RECIPE", _small.Recipe, StringComparison.Ordinal);
        (int code, string output, string error) = Executable.Run([.. _small.Train("refused", 1), .. settings.Split(' ').SelectMany(setting => new[] { "--set", Named(setting) })]);
        Assert.True(code == 2, error);
        Assert.Empty(output);
        string line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line, StringComparison.Ordinal);
        Assert.Contains(Named(message), line, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_small.Runs) && Directory.EnumerateFileSystemEntries(_small.Runs).Any());
    }

    [Theory]
    [InlineData("train --runz x recipe.yaml", "unknown option '--runz'; did you mean '--runs'?")]
    [InlineData("train", "RECIPE")]
    [InlineData("trian recipe.yaml", "did you mean 'train'?")]
    [InlineData("train nowhere.yaml", "nowhere.yaml")]
    [InlineData("resume nowhere", "there is no run 'nowhere'")]
    [InlineData("predict nowhere --bogus", "--bogus")]
    [InlineData("eval nowhere", "nowhere")]
    [InlineData("recipe check nowhere.yaml", "nowhere.yaml")]
    [InlineData("export nowhere --to onxx", "--to: there is no 'onxx'; did you mean 'onnx'? there are safetensors, pth, onnx")]
    [InlineData("bench model resnet18 --seconds many", "--seconds: 'many' is no number")]
    [InlineData("export nowhere --to 1", "--to: there is no '1'; there are safetensors, pth, onnx")]
    [InlineData("bench model resnet18 --precision fp17", "did you mean 'fp16'? there are auto, fp32")]
    public void AWrongCommandIsExplained(string arguments, string message)
    {
        (int code, string output, string error) = Executable.Run(arguments.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    /// <summary>Places that cannot be written to, and what is no pack: in words of ours, and nothing is left behind.</summary>
    [Theory]
    [InlineData("train RECIPE --runs RECIPE", "a run cannot be made in 'RECIPE': it is a file; choose another folder with --runs")]
    [InlineData("train RECIPE --runs RECIPE/runs", "a run cannot be made in 'RECIPE/runs': RECIPE is a file, not a folder; choose")]
    [InlineData("export RECIPE --to onnx --out FOLDER/none/x.onnx", "--out: there is no folder FOLDER/none; make it, or name another file")]
    [InlineData("export RECIPE --to onnx --out RECIPE/x.onnx", "--out: RECIPE is a file, not a folder; name another file")]
    [InlineData("export RECIPE --to onnx --out FOLDER", "--out: FOLDER is a folder; name a file in it, as FOLDER/model.onnx")]
    [InlineData("pack FOLDER/train RECIPE/pack", "RECIPE/pack cannot be written: RECIPE is a file, not a folder; name another place")]
    [InlineData("pack FOLDER/train /proc/pack", "/proc/pack cannot be written: ")]
    [InlineData("pack --verify FOLDER/begun", "packing is not finished; run the same pack command again")]
    [InlineData("inspect FOLDER/begun", "packing is not finished; run the same pack command again")]
    [InlineData("unpack FOLDER/begun FOLDER/again", "packing is not finished; run the same pack command again")]
    [InlineData("train RECIPE --set data.train=FOLDER/begun --runs FOLDER/runs", "packing is not finished; run the same pack command again")]
    public void APlaceThatCannotBeUsedIsNamed(string arguments, string message)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || !arguments.Contains("/proc/", StringComparison.Ordinal), "needs /proc");
        // A pack killed while its source is looked at has left a lock alone.
        string begun = Path.Combine(_small.Folder, "begun");
        Directory.CreateDirectory(begun);
        File.WriteAllBytes(Path.Combine(begun, "packing.lock"), []);
        string[] before = Directory.GetFileSystemEntries(_small.Folder, "*", SearchOption.AllDirectories);
        string Named(string text) => text.Replace("FOLDER", _small.Folder, StringComparison.Ordinal).Replace("RECIPE", _small.Recipe, StringComparison.Ordinal);
        (int code, string output, string error) = Executable.Run(arguments.Split(' ').Select(Named));
        Assert.True(code == 2, error);
        Assert.Contains(Named(message), error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.DoesNotContain("make room", error, StringComparison.Ordinal);
        Assert.DoesNotContain(".unfinished", error, StringComparison.Ordinal);
        Assert.DoesNotContain(".new-", error, StringComparison.Ordinal);
        Assert.Equal(before.Order(StringComparer.Ordinal), Directory.GetFileSystemEntries(_small.Folder, "*", SearchOption.AllDirectories).Where(path => path != _small.Runs).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void ARunIsNotOverwritten()
    {
        Assert.Equal(0, Executable.Run(_small.Train("once", 1)).Code);
        (int code, _, string error) = Executable.Run(_small.Train("once", 1));
        Assert.Equal(2, code);
        Assert.Contains("run once exists", error, StringComparison.Ordinal);
        // Before its data are looked at, which may take long.
        (code, _, error) = Executable.Run(_small.Train("once", 1, "--set", $"data.train={_small.Folder}/train/class0"));
        Assert.Equal(2, code);
        Assert.Contains("run once exists", error, StringComparison.Ordinal);
    }

    [Fact]
    public void HelpHasExamplesAndTheRecipeCanBePrinted()
    {
        foreach (string command in (string[])["train", "resume", "eval", "reproduce evaluation", "predict", "pack", "unpack", "inspect", "doctor", "recipe schema", "recipe check"])
        {
            (int code, string help, _) = Executable.Run([.. command.Split(' '), "--help"]);
            Assert.Equal(0, code);
            Assert.Contains($"streamtrainer {command}", help, StringComparison.Ordinal);
            Assert.Contains("Example", help, StringComparison.Ordinal);
        }

        (int printed, string recipe, _) = Executable.Run("train", _small.Recipe, "--print-recipe", "--set", "train.seed=99");
        Assert.Equal(0, printed);
        Assert.Contains("seed: 99", recipe, StringComparison.Ordinal);
        Assert.Equal(0, Executable.Run("recipe", "check", _small.Recipe).Code);
    }

    [Fact]
    public void TheDoctorFindsThisMachineFitOrSaysWhyNot()
    {
        (int code, string output, string error) = Executable.Run("doctor", "--json", "--runs", _small.Runs);
        using JsonDocument report = JsonDocument.Parse(output);
        Assert.True(code == 0, output + error);
        Assert.True(report.RootElement.GetProperty("works").GetBoolean());
        Assert.Contains("training works here", report.RootElement.GetProperty("verdict").GetString(), StringComparison.Ordinal);
        Assert.All(report.RootElement.GetProperty("checks").EnumerateArray(), check => Assert.NotEqual("Failed", check.GetProperty("state").GetString()));

        // A file where the folder should be: training cannot work, and the last line says so.
        (code, output, _) = Executable.Run("doctor", "--runs", _small.Recipe);
        Assert.Equal(1, code);
        Assert.StartsWith("training cannot work here", output.Trim().Split('\n')[^1], StringComparison.Ordinal);
    }
}
