using System.Text.Json;
using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Pipeline.Diagnostics;
using Xunit;

namespace StreamTrainer.Host.Tests.Commands;

public sealed class BenchPipelineTests : IDisposable
{
    private readonly SmallRun _small = new();

    public void Dispose() => _small.Dispose();

    [Fact]
    public void Both_orders_are_measured_and_the_limit_is_named()
    {
        using StringWriter output = new(), error = new();
        int code = CommandLine.Run(["bench", "pipeline", _small.Recipe, "--set", "data.shuffle=blocks(6, 24)", "--seconds", "0.3", "--rate", "1000", "--json"], output, error);
        Assert.True(code == 0, error.ToString());
        using JsonDocument json = JsonDocument.Parse(output.ToString());
        JsonElement[] results = [.. json.RootElement.EnumerateArray()];
        Assert.Equal(["blocks(6, 24)", "full"], results.Select(result => result.GetProperty("shuffle").GetString()));
        Assert.All(results, result =>
        {
            double perCore = result.GetProperty("imagesPerCoreSecond").GetDouble();
            Assert.True(perCore > 0 && result.GetProperty("imagesPerSecond").GetDouble() > 0);
            Assert.Equal(1000 / perCore, result.GetProperty("coresForRate").GetDouble(), 1e-6);
            Assert.InRange(result.GetProperty("bytesPerImage").GetDouble(), 100, 5000);
            // A taker that does nothing but take always waits for something.
            Assert.Contains(result.GetProperty("limit").GetString(), Enum.GetValues<StallCause>().Select(cause => cause.Label()));
        });
        // Of 72 images in 12 blocks: each block once, against nearly every image.
        Assert.Equal(12 / 72.0, results[0].GetProperty("seeksPerImage").GetDouble(), 1e-9);
        Assert.InRange(results[1].GetProperty("seeksPerImage").GetDouble(), 0.9, 1);
    }

    [Fact]
    public void It_is_told_in_words()
    {
        using StringWriter output = new(), error = new();
        Assert.Equal(0, CommandLine.Run(["bench", "pipeline", _small.Recipe, "--seconds", "0.2", "--rate", "500"], output, error));
        Assert.Contains("shuffle full,", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("images a second,", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("  the limit is: ", output.ToString(), StringComparison.Ordinal);
        Assert.Matches("a device that takes 500 images a second needs [0-9.]+ such cores", output.ToString());
        Assert.Equal(2, CommandLine.Run(["bench", "pipeline", _small.Recipe, "--rate", "0"], output, error));
        Assert.Contains("--rate: above 0", error.ToString(), StringComparison.Ordinal);
    }
}
