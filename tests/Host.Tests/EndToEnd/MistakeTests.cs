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

    [Theory]
    [InlineData("train --runz x recipe.yaml", "unknown option '--runz'; did you mean '--runs'?")]
    [InlineData("train", "RECIPE")]
    [InlineData("trian recipe.yaml", "did you mean 'train'?")]
    [InlineData("train nowhere.yaml", "nowhere.yaml")]
    [InlineData("resume nowhere", "there is no run 'nowhere'")]
    [InlineData("predict nowhere --bogus", "--bogus")]
    [InlineData("eval nowhere", "nowhere")]
    [InlineData("recipe check nowhere.yaml", "nowhere.yaml")]
    public void AWrongCommandIsExplained(string arguments, string message)
    {
        (int code, string output, string error) = Executable.Run(arguments.Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(output);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ARunIsNotOverwritten()
    {
        Assert.Equal(0, Executable.Run(_small.Train("once", 1)).Code);
        (int code, _, string error) = Executable.Run(_small.Train("once", 1));
        Assert.Equal(2, code);
        Assert.Contains("run once exists", error, StringComparison.Ordinal);
    }

    [Fact]
    public void HelpHasExamplesAndTheRecipeCanBePrinted()
    {
        foreach (string command in (string[])["train", "resume", "eval", "predict", "pack", "unpack", "inspect", "doctor", "recipe schema", "recipe check"])
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
