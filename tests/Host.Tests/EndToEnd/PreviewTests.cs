using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using NetVips;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary><c>preview</c>, by the real program: the page, the numbers, the mistakes.</summary>
public sealed class PreviewTests(PreviewTests.Fixture fixture) : IClassFixture<PreviewTests.Fixture>
{
    private readonly SmallRun _small = fixture.Small;

    [Fact]
    public void ThePageHoldsTheVeryPixelsAndNothingFromElsewhere()
    {
        string page = At("page.html");
        (int code, string output, string error) = Preview("--out", page, "--count", "7", "--json", "--set", "augment.autoAugment=rand-m7-mstd0.5-inc1", "--set", "augment.erasingProb=1");
        Assert.True(code == 0, error);
        Assert.Empty(error);
        using JsonDocument answer = JsonDocument.Parse(output);
        Assert.Equal(page, answer.RootElement.GetProperty("page").GetString());
        JsonElement[] samples = [.. answer.RootElement.GetProperty("samples").EnumerateArray()];
        Assert.Equal(7, samples.Length);
        string html = File.ReadAllText(page);
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("http", html.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        string[] cards = html.Split("<article>")[1..];
        Assert.Equal(7, cards.Length);
        for (int i = 0; i < cards.Length; i++)
        {
            byte[][] pictures = [.. Regex.Matches(cards[i], "src=\"data:image/png;base64,([^\"]+)\"").Select(match => Decode(match.Groups[1].Value))];
            Assert.Equal(3, pictures.Length);
            // The original is 20 pixels a side, the others the recipe's 16.
            Assert.Equal([3 * 20 * 20, 3 * 16 * 16, 3 * 16 * 16], pictures.Select(picture => picture.Length));
            Assert.Equal(samples[i].GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(pictures[1])));
            Assert.NotEqual(pictures[1], pictures[2]);
            Assert.Contains($"sample {samples[i].GetProperty("sample").GetInt64()} ", cards[i], StringComparison.Ordinal);
            Assert.Contains(samples[i].GetProperty("name").GetString()!, cards[i], StringComparison.Ordinal);
            JsonElement crop = samples[i].GetProperty("crop");
            Assert.Contains($"left {crop.GetProperty("left")}, top {crop.GetProperty("top")}, {crop.GetProperty("width")}\u00a0×\u00a0{crop.GetProperty("height")}\u00a0px, ", WebUtility.HtmlDecode(cards[i]), StringComparison.Ordinal);
            foreach (JsonElement operation in samples[i].GetProperty("autoAugment").EnumerateArray())
            {
                Assert.Contains(operation.GetProperty("name").GetString()!, cards[i], StringComparison.Ordinal);
            }

            Assert.Contains(samples[i].GetProperty("mix").GetProperty("kind").GetString()!, cards[i], StringComparison.Ordinal);
            Assert.Contains("noise", cards[i], StringComparison.Ordinal);
        }

        AssertTheSourcesOwn(samples);
    }

    /// <summary>A sample is the same in the grid, by itself, in a run of the recipe, and in any later one; and another in the next epoch.</summary>
    [Fact]
    public void ASampleIsReplayedInAnyLaterRun()
    {
        JsonElement[] grid = Samples("--epoch", "2", "--count", "9");
        (int code, _, string error) = Executable.Run(_small.Train("first", 2, "--quiet"));
        Assert.True(code == 0, error);
        HashSet<string?> others = [];
        foreach (JsonElement sample in grid)
        {
            string number = sample.GetProperty("sample").GetInt64().ToString(CultureInfo.InvariantCulture);
            JsonElement alone = Assert.Single(Samples("--sample", number, "--epoch", "2"));
            Assert.Equal(sample.GetRawText(), alone.GetRawText());
            if (others.Count == 0)
            {
                JsonElement run = Assert.Single(Samples(_small.Run("first"), "--sample", number, "--epoch", "2"));
                Assert.Equal(sample.GetRawText(), run.GetRawText());
                others = [.. Samples("--sample", number, "--count", "4").Select(each => each.GetProperty("sha256").GetString())];
                Assert.Equal(4, others.Count);
                Assert.Contains(sample.GetProperty("sha256").GetString(), others);
            }
        }

        Assert.NotEqual(grid[0].GetProperty("sha256").GetString(), Samples("--epoch", "2", "--count", "1", "--set", "train.seed=4")[0].GetProperty("sha256").GetString());
    }

    [Fact]
    public void ARunWhoseDataChangedIsNotReplayed()
    {
        using var small = new SmallRun(perClass: 4);
        (int code, _, string error) = Executable.Run(small.Train("first", 1, "--quiet"));
        Assert.True(code == 0, error);
        File.Delete(Path.Combine(small.Folder, "train", "class0", "0.jpg"));
        File.Copy(small.Recipe, Path.Combine(small.Folder, "same.yaml"));
        (code, string output, error) = Executable.Run("preview", small.Run("first"), "--json", "--set", "train.batchSize=6");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("the run had 12 training samples", error, StringComparison.Ordinal);
        Assert.Contains("now has 11, which is another order", error, StringComparison.Ordinal);
    }

    [Fact]
    public void ACorruptImageIsShownWithItsReasonAndItsStandIn()
    {
        using var small = new SmallRun(perClass: 8);
        File.WriteAllBytes(Path.Combine(small.Folder, "train", "class1", "3.jpg"), File.ReadAllBytes(Path.Combine(small.Folder, "train", "class1", "3.jpg"))[..60]);
        string page = Path.Combine(small.Folder, "page.html");
        (int code, string output, string error) = Executable.Run("preview", small.Recipe, "--sample", "11", "--epoch", "0", "--out", page);
        Assert.True(code == 0, error);
        Assert.Contains("sample 11, class1/3.jpg, class 1 class1: epoch 0, batch ", output, StringComparison.Ordinal);
        Assert.Contains("cannot be used: ", output, StringComparison.Ordinal);
        Assert.Contains("in its place: sample ", output, StringComparison.Ordinal);
        string html = File.ReadAllText(page);
        Assert.Contains("<b>cannot be used</b> ", html, StringComparison.Ordinal);
        Assert.Contains("in its place: sample ", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("preview nowhere.yaml", "nowhere.yaml")]
    [InlineData("preview FOLDER/train", "it has no recipe.yaml")]
    [InlineData("preview RECIPE --sample 72", "--sample: 72 is not a sample of ", "which are 0 to 71")]
    [InlineData("preview RECIPE --sample=-1", "--sample: -1 is not a sample of ", "which are 0 to 71")]
    [InlineData("preview RECIPE --epoch 40", "--epoch: 40 is not one of the recipe's epochs, which are 0 to 39 (train.epochs)")]
    [InlineData("preview RECIPE --sample 1 --epoch=-1", "--epoch: -1 is not one of the recipe's epochs, which are 0 to 39")]
    [InlineData("preview RECIPE --sample first", "--sample: 'first' is no whole number")]
    [InlineData("preview RECIPE --count 0", "--count: 0 is not 1 to 500")]
    [InlineData("preview RECIPE --out FOLDER/none/page.html", "--out: there is no folder ")]
    [InlineData("preview RECIPE --out FOLDER", "is a folder; name a file in it")]
    [InlineData("preview RECIPE --out RECIPE", "exists and is no page of preview; name another file")]
    [InlineData("preview RECIPE --out /proc/page.html", "--out: /proc/page.html cannot be written: ")]
    [InlineData("preview RECIPE --set augment.sise=3", "did you mean 'size'?")]
    [InlineData("preview RECIPE --set data.train=/nowhere/at/all", "data.train: /nowhere/at/all: no such file or folder")]
    [InlineData("preview RECIPE --set train.batchSize=100", "train.batchSize: 100 is more than the 72 training samples")]
    [InlineData("preview RECIPE --set model.numClasses=2", "model.numClasses: 2 is less than the 3 classes")]
    public void AMistakeIsExplained(string line, params string[] messages)
    {
        Assert.SkipWhen(line.Contains("/proc/", StringComparison.Ordinal) && !Directory.Exists("/proc"), "needs a folder that nobody may write");
        string recipe = File.ReadAllText(_small.Recipe);
        string[] before = Directory.GetFileSystemEntries(_small.Folder);
        (int code, string output, string error) = Executable.Run(line.Split(' ').Select(word =>
            word.Replace("FOLDER", _small.Folder, StringComparison.Ordinal).Replace("RECIPE", _small.Recipe, StringComparison.Ordinal)).Concat(line.Contains("--out", StringComparison.Ordinal) ? [] : ["--json"]));
        Assert.True(code == 2, error);
        Assert.Empty(output);
        Assert.All(messages, message => Assert.Contains(message, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal(recipe, File.ReadAllText(_small.Recipe));
        Assert.Equal(before, Directory.GetFileSystemEntries(_small.Folder));
    }

    /// <summary>Repeated augmentation shows several views of some samples, and of the others none.</summary>
    [Fact]
    public void AnEpochWithoutTheSampleNamesThoseWithIt()
    {
        using var small = new SmallRun(perClass: 100);
        string[] repeated = ["--set", "data.augRepeats=3", "--set", "train.batchSize=64"];
        List<int> views = [];
        for (int sample = 0; sample < 6; sample++)
        {
            string number = sample.ToString(CultureInfo.InvariantCulture);
            (int code, string output, string error) = Executable.Run(["preview", small.Recipe, "--json", "--epoch", "0", "--sample", number, .. repeated]);
            if (code == 0)
            {
                using JsonDocument answer = JsonDocument.Parse(output);
                JsonElement[] rows = [.. answer.RootElement.GetProperty("samples").EnumerateArray()];
                Assert.Equal(rows.Select(row => row.GetProperty("position").GetInt64()), rows[0].GetProperty("positions").EnumerateArray().Select(position => position.GetInt64()));
                views.Add(rows.Select(row => row.GetProperty("sha256").GetString()).Distinct().Count());
                continue;
            }

            Assert.Equal(2, code);
            Match others = Regex.Match(error, $"--epoch: epoch 0 does not come to sample {number}; the first that do are ([0-9]+), [0-9]+, [0-9]+");
            Assert.True(others.Success, error);
            Assert.Equal(0, Executable.Run(["preview", small.Recipe, "--json", "--epoch", others.Groups[1].Value, "--sample", number, .. repeated]).Code);
        }

        Assert.All(views, count => Assert.InRange(count, 2, 3));
        Assert.InRange(views.Count, 1, 5);
    }

    [Fact]
    public void APageIsWrittenOverAnOlderOneAndASignalLeavesNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "sees by /proc how far the program is");
        string folder = Path.Combine(_small.Folder, "pages");
        Directory.CreateDirectory(folder);
        string page = Path.Combine(folder, "page.html");
        Assert.Equal(0, Preview("--out", page, "--count", "2").Code);
        string first = File.ReadAllText(page);
        Assert.Equal(0, Preview("--out", page, "--count", "3").Code);
        Assert.NotEqual(first, File.ReadAllText(page));
        File.Delete(page);
        using (Executable program = Executable.Start("preview", _small.Recipe, "--out", page, "--count", "500", "--set", "augment.size=1024"))
        {
            program.Until(() => MapsPipeline(program.Id));
            program.Signal("INT");
            (int code, _, string error) = program.Wait();
            Assert.True(code == 130, $"{code} {error}");
            Assert.Contains("stopped", error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    /// <summary>The labels are those of the folders.</summary>
    private void AssertTheSourcesOwn(JsonElement[] samples)
    {
        foreach (JsonElement sample in samples)
        {
            string name = sample.GetProperty("name").GetString()!;
            Assert.True(File.Exists(Path.Combine(_small.Folder, "train", name)));
            Assert.Equal(Path.GetDirectoryName(name), sample.GetProperty("className").GetString());
            Assert.Equal($"class{sample.GetProperty("label").GetInt32()}", sample.GetProperty("className").GetString());
        }
    }

    /// <summary>Whether the work has begun: libvips decodes nothing before it, and is not loaded.</summary>
    private static bool MapsPipeline(int process) => File.ReadLines($"/proc/{process}/maps").Any(line => line.Contains("libvips", StringComparison.Ordinal));

    private static byte[] Decode(string base64)
    {
        using Image image = Image.NewFromBuffer(Convert.FromBase64String(base64));
        return image.WriteToMemory<byte>();
    }

    private string At(string name) => Path.Combine(_small.Folder, name);

    private (int Code, string Output, string Error) Preview(params string[] more) => Executable.Run(["preview", _small.Recipe, .. more]);

    private JsonElement[] Samples(params string[] more)
    {
        string[] line = more[0].StartsWith('-') ? ["preview", _small.Recipe, "--json", .. more] : ["preview", .. more, "--json"];
        (int code, string output, string error) = Executable.Run(line);
        Assert.True(code == 0, error);
        using JsonDocument answer = JsonDocument.Parse(output);
        return [.. answer.RootElement.GetProperty("samples").EnumerateArray().Select(sample => sample.Clone())];
    }

    /// <summary>A data set and a recipe that all tests look at.</summary>
    public sealed class Fixture : IDisposable
    {
        internal SmallRun Small { get; } = new();

        public void Dispose() => Small.Dispose();
    }
}
