using System.Text.Json;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>Fine-tuning from a network that was trained here on other classes beats training from scratch with as many steps.</summary>
public sealed class TransferTests : IDisposable
{
    private const double Margin = 0.15;

    private readonly string _folder = Directory.CreateTempSubdirectory("streamtrainer-transfer-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void TheDemosRecipesDo() => AssertTransfers("small");

    [Fact]
    public void CifarsRecipesDo()
    {
        Assert.SkipUnless(TestPaths.Full, "long; STREAMTRAINER_TESTS=full runs it");
        Assert.SkipUnless(File.Exists(TestPaths.DataFile("cifar10-train.tar")), "needs cifar10-train.tar (STREAMTRAINER_DATA)");
        AssertTransfers("small-cifar10");
    }

    /// <summary>Runs the shipped recipes as their heads say.</summary>
    private void AssertTransfers(string name)
    {
        string configs = Path.Combine(TestPaths.Repository, "configs", "transfer"), runs = Path.Combine(_folder, "runs");
        string[] Line(string recipe, string id, params string[] more) => ["train", Path.Combine(configs, recipe + ".yaml"), "--runs", runs, "--id", id, .. more];
        double source = Top1(Line($"{name}-source", "source"));
        double transferred = Top1(Line(name, "transfer", "--set", $"train.from={Path.Combine(runs, "source")}")), scratch = Top1(Line(name, "scratch", "--set", "train.from=none"));
        Assert.True(source > 0.5, $"the source has {source}");
        Assert.True(transferred > scratch + Margin, $"{transferred} from other classes, {scratch} from scratch");
    }

    private static double Top1(string[] line)
    {
        Dictionary<string, string> environment = new() { ["STREAMTRAINER_DATA"] = Path.GetDirectoryName(TestPaths.DataFile("cifar10-train.tar"))! };
        using Executable program = Executable.Start(environment, [.. line, "--json"]);
        (int code, string output, string error) = program.Wait(TimeSpan.FromMinutes(20));
        Assert.True(code == 0, error);
        using JsonDocument answer = JsonDocument.Parse(output);
        return answer.RootElement.GetProperty("top1").GetDouble();
    }
}
