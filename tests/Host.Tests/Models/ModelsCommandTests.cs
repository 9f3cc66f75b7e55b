using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Models;

/// <summary>The table of architectures against the golden vectors and the paper.</summary>
public sealed class ModelsCommandTests
{
    [Fact]
    public void FiguresAreTheGoldenOnesAndEveryRowOfTheTableAgrees()
    {
        (int code, string output) = Run("models", "--json");
        Assert.Equal(ExitCodes.Success, code);
        using JsonDocument document = JsonDocument.Parse(output);
        Dictionary<string, JsonElement> models = document.RootElement.EnumerateArray().ToDictionary(entry => entry.GetProperty("name").GetString()!);
        Assert.Equal(ModelRegistry.Names, models.Keys);
        string[] golden = [.. Directory.EnumerateFiles(TestPaths.GoldenFile("models"), "*.json").Where(file => Path.GetFileName(file) != "init.json")];
        Assert.SkipUnless(golden.Length > 0, "no golden models");
        Assert.All(golden, file =>
        {
            using JsonDocument wanted = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement own = models[wanted.RootElement.GetProperty("name").GetString()!];
            Assert.Equal(wanted.RootElement.GetProperty("num_params").GetInt64(), own.GetProperty("parameters").GetInt64());
            Assert.Equal(wanted.RootElement.GetProperty("macs").GetInt64(), own.GetProperty("macs").GetInt64());
            Assert.Equal(wanted.RootElement.GetProperty("activations").GetInt64(), own.GetProperty("activations").GetInt64());
            Assert.Equal(wanted.RootElement.GetProperty("resolution").GetInt32(), own.GetProperty("resolution").GetInt32());
        });
        Assert.Equal(25, PaperTables.Table4.Count);
        Assert.All(PaperTables.Table4, row =>
        {
            JsonElement paper = models[row.Name].GetProperty("paper");
            double macs = paper.GetProperty("macsDifference").GetDouble();
            Assert.InRange(paper.GetProperty("paramsDifference").GetDouble(), -0.03, 0.03);
            Assert.True(Math.Abs(macs) <= 0.06 || Math.Abs(macs) * row.MacsBillion <= 0.1, row.Name);
        });
    }

    [Fact]
    public void NamesAndPartsOfNamesChoose()
    {
        Assert.Equal(["resnet50"], ModelsCommand.Chosen(["resnet50"]));
        Assert.Equal(["regnety_040", "regnety_080", "regnety_160", "regnety_320", "resnet18"], ModelsCommand.Chosen(["regnet", "resnet18", "regnety_080"]));
        Assert.Contains("did you mean 'resnet50'?", Assert.Throws<Pipeline.UserErrorException>(() => ModelsCommand.Chosen(["resnet5O"]).ToArray()).Message, StringComparison.Ordinal);
        (int code, string output) = Run("models", "resnet18", "deit_tiny_patch16_224");
        Assert.Equal(ExitCodes.Success, code);
        Assert.Contains("11689512", output, StringComparison.Ordinal);
        Assert.Contains("2110.00476", output, StringComparison.Ordinal);
        Assert.DoesNotContain("differs", output, StringComparison.Ordinal);
    }

    [Fact]
    public void BenchMeasuresBothWays()
    {
        (int code, string output) = Run("bench", "model", "resnet20_cifar", "--batch", "2", "--device", "cpu", "--seconds", "0.01", "--json");
        Assert.Equal(ExitCodes.Success, code);
        using JsonDocument document = JsonDocument.Parse(output);
        JsonElement result = document.RootElement[0];
        Assert.True(result.GetProperty("inferenceImagesPerSecond").GetDouble() > 0);
        Assert.True(result.GetProperty("trainImagesPerSecond").GetDouble() > 0);
        Assert.Equal(32, result.GetProperty("resolution").GetInt32());
    }

    private static (int Code, string Output) Run(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(arguments, output, error);
        Assert.True(error.ToString().Length == 0, error.ToString());
        return (code, output.ToString());
    }
}
