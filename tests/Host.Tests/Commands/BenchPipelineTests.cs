using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetVips;
using StreamTrainer.Host.Tests.EndToEnd;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Commands;

/// <summary><c>bench pipeline</c>, by the executable, with a folder for temporary files of its own that must be empty afterwards.</summary>
public sealed class BenchPipelineTests : IDisposable
{
    private const int Images = 72;

    private readonly SmallRun _small = new();
    private readonly TemporaryFolder _temporary = new();
    private readonly Dictionary<string, string> _environment;

    public BenchPipelineTests() => _environment = new() { ["TMPDIR"] = _temporary.Path };

    public void Dispose()
    {
        _small.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Speed_reads_and_what_pack_brings_are_measured()
    {
        JsonElement report = Json("--set", "data.shuffle=blocks(6, 24)", "--rate", "1000");
        double perCore = Number(report, "imagesPerCoreSecond");
        Assert.True(perCore > 0 && Number(report, "imagesPerSecond") > 0);
        Assert.Equal(1000 / perCore, Number(report, "coresForRate"), 1e-6);
        Assert.Equal(Math.Ceiling(1000 / perCore), Number(report, "coresNeeded"));
        Assert.Equal(Environment.ProcessorCount, Number(report, "cores"));
        // A taker that does nothing but take always waits for something.
        Assert.Contains(report.GetProperty("limit").GetString(), Enum.GetValues<StallCause>().Select(cause => cause.Label()));

        JsonElement[] orders = [.. report.GetProperty("reads").EnumerateArray()];
        Assert.Equal(["blocks(6, 24)", "full"], orders.Select(order => order.GetProperty("shuffle").GetString()));
        double bytes = Directory.GetFiles(Path.Combine(_small.Folder, "train"), "*.jpg", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);
        Assert.All(orders, order =>
        {
            // Of 72 images 4 batches of 16 are 64: 8 are left over.
            Assert.Equal(64, Number(order, "images"));
            Assert.False(order.GetProperty("cut").GetBoolean());
            Assert.Equal(1, Number(order, "requestsPerImage"));
            Assert.Equal(1, Number(order, "seeksPerImage"));
            Assert.InRange(Number(order, "bytesPerImage"), 0.9 * bytes / Images, 1.1 * bytes / Images);
        });

        JsonElement pack = report.GetProperty("pack");
        Assert.Equal((Images, Images, bytes), (Number(pack, "samples"), Number(pack, "jpegs"), Number(pack, "bytes")));
        JsonElement[] payloads = [.. pack.GetProperty("payloads").EnumerateArray()];
        Assert.Equal(["original", "indexed", "coefficients"], payloads.Select(payload => payload.GetProperty("payload").GetString()));
        Assert.Equal((1, 1), (Number(payloads[0], "speedup"), Number(payloads[0], "sizeRatio")));
        Assert.All(payloads, payload =>
        {
            Assert.True(Number(payload, "imagesPerSecond") > 0 && Number(payload, "speedup") > 0 && Number(payload, "sizeRatio") > 0);
            Assert.Equal(1000 / Number(payload, "imagesPerCoreSecond"), Number(payload, "coresForRate"), 1e-6);
        });
    }

    [Fact]
    public void It_is_told_in_words_and_aligned_tables()
    {
        (int code, string output, string error) = Bench("--rate", "1e9");
        Assert.True(code == 0, error);
        string[] lines = output.Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
        Assert.Contains(lines, line => line == "72 images, made 16 px, batches of 12, shuffle full; " + Workers());
        Match device = Regex.Match(output, @"^device  1,000,000,000 images/s needs ([0-9,]+) cores \([0-9,.]+ at work\); this machine has ([0-9]+)$", RegexOptions.Multiline);
        Assert.True(device.Success, output);
        Assert.Equal(Environment.ProcessorCount, int.Parse(device.Groups[2].Value, CultureInfo.InvariantCulture));
        Assert.True(int.Parse(device.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture) > Environment.ProcessorCount);
        // All cores are at work: no more workers are advised.
        Assert.DoesNotContain("more data.workers", output, StringComparison.Ordinal);
        Assert.Contains(lines, line => line.StartsWith("  full (the recipe's) ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  blocks(256, 2048) ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("  pack --payload coefficients ", StringComparison.Ordinal));
        foreach (string head in (string[])["threads' time", "what is read an image", "what pack would bring"])
        {
            int at = Array.FindIndex(lines, line => line.StartsWith(head, StringComparison.Ordinal));
            string[] rows = [.. lines.Skip(at).TakeWhile(line => line.Length > 0 && !line.StartsWith("  counted", StringComparison.Ordinal) && !line.StartsWith("  measured", StringComparison.Ordinal))];
            Assert.True(at >= 0 && rows.Length >= 3, output);
            Assert.Single(rows.Select(row => row.Length).Distinct());
        }

        Assert.All(lines, line => Assert.InRange(line.Length, 0, Math.Max(110, _small.Folder.Length + 10)));
    }

    [Fact]
    public void Of_a_server_requests_are_counted_into_an_empty_cache()
    {
        using var tar = new MemoryStream();
        TarFile.CreateFromDirectory(Path.Combine(_small.Folder, "train"), tar, includeBaseDirectory: false);
        using var server = new RangeServer();
        server.Files["/train.tar"] = tar.ToArray();
        string[] recipe = ["--set", $"data.train={server.Address}/train.tar", "--set", "data.shuffle=blocks(24, 72)"];
        JsonElement report = Json(recipe);
        JsonElement[] orders = [.. report.GetProperty("reads").EnumerateArray()];
        // The cache has all by now: what was measured first has filled it.
        Assert.All(orders, order => Assert.False(order.TryGetProperty("seeksPerImage", out _)));
        Assert.InRange(Number(orders[1], "requestsPerImage"), 1, 2);
        Assert.InRange(Number(orders[0], "requestsPerImage"), 2.0 / Images, Number(orders[1], "requestsPerImage"));
        Assert.Equal(3, report.GetProperty("pack").GetProperty("payloads").GetArrayLength());
        Assert.Matches(@"what is read an image +kB +requests\r?\n", Bench(recipe).Output);
    }

    [Fact]
    public void Where_packing_means_nothing_it_is_said_why()
    {
        string packed = Path.Combine(_small.Folder, "packed"), pngs = Path.Combine(_small.Folder, "pngs");
        Assert.Equal(0, Executable.Run("pack", Path.Combine(_small.Folder, "train"), packed, "-q").Code);
        JsonElement report = Json("--set", $"data.train={packed}");
        Assert.Equal("the training set is a pack already", report.GetProperty("pack").GetProperty("leftOut").GetString());
        // The pack's samples lie behind each other: one by one in another order, or a block in one go.
        Assert.All(report.GetProperty("reads").EnumerateArray(), order =>
            Assert.InRange(Number(order, "requestsPerImage"), 0.001, order.GetProperty("shuffle").GetString() == "full" ? 1 : 0.5));

        for (int i = 0; i < 32; i++)
        {
            Directory.CreateDirectory(Path.Combine(pngs, $"class{i % 3}"));
            using Image image = Image.Black(20, 20, bands: 3).Copy(interpretation: Enums.Interpretation.Srgb);
            File.WriteAllBytes(Path.Combine(pngs, $"class{i % 3}", $"{i}.png"), image.PngsaveBuffer());
        }

        (int code, string output, string error) = Bench("--set", $"data.train={pngs}");
        Assert.True(code == 0, error);
        Assert.Contains("  not measured: the images are no JPEGs, and packing makes only those faster", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_leaves_nothing_of_what_was_packed(string signal, int expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "sends a signal");
        using Executable program = Executable.Start(_environment, "bench", "pipeline", _small.Recipe, "--seconds", "5");
        program.Until(() => Directory.GetFileSystemEntries(_temporary.Path, "streamtrainer-bench-*").SelectMany(folder => Directory.GetFileSystemEntries(folder, "indexed")).Any());
        program.Signal(signal);
        (int code, _, string error) = program.Wait();
        Assert.True(code == expected, $"{code} {error}");
        Assert.Contains("stopped", error, StringComparison.Ordinal);
        AssertNothingLeft();
    }

    [Theory]
    [InlineData("--rate: above 0", "--rate", "0")]
    [InlineData("--seconds: 0 is not above 0 and at most 3600", "--seconds", "0")]
    [InlineData("--seconds: NaN is not above 0", "--seconds", "NaN")]
    public void What_cannot_be_meant_is_refused(string message, params string[] arguments)
    {
        (int code, _, string error) = Executable.Run(["bench", "pipeline", _small.Recipe, .. arguments]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    private static double Number(JsonElement element, string name) => element.GetProperty(name).GetDouble();

    private static string Workers()
    {
        int cores = Environment.ProcessorCount;
        return cores == 1 ? "1 worker on 1 core" : $"{cores} workers on {cores} cores";
    }

    private JsonElement Json(params string[] arguments)
    {
        (int code, string output, string error) = Bench([.. arguments, "--json"]);
        Assert.True(code == 0, error);
        using JsonDocument json = JsonDocument.Parse(output);
        return json.RootElement.Clone();
    }

    private (int Code, string Output, string Error) Bench(params string[] arguments)
    {
        (int Code, string Output, string Error) result = Executable.Run(_environment, ["bench", "pipeline", _small.Recipe, "--seconds", "0.3", .. arguments]);
        AssertNothingLeft();
        return result;
    }

    private void AssertNothingLeft() => Assert.Empty(Directory.GetFileSystemEntries(_temporary.Path, "streamtrainer-bench-*"));
}
