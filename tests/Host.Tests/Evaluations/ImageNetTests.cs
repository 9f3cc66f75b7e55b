using System.Globalization;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.Evaluations;

/// <summary>ImageNet's class numbers, and ReaL's labels by them.</summary>
public sealed class ImageNetTests : IDisposable
{
    private static readonly int[] s_own = [.. Enumerable.Range(0, 1000)];
    private static readonly string[] s_synsets = [.. s_own.Select(i => string.Create(CultureInfo.InvariantCulture, $"n{1_440_000 + 7 * i:D8}"))];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_number_of_a_synset_is_its_place_in_text_order_whatever_the_models_order()
    {
        Assert.Equal(s_own, ImageNetClasses.Outputs(s_synsets, 1000, "v2"));
        Assert.Equal(s_own, ImageNetClasses.Outputs(null, 1000, "v2"));
        Assert.Equal(s_own, ImageNetClasses.Outputs([.. s_own.Select(i => $"{i}")], 1000, "v2"));
        Assert.Equal(s_own.Reverse(), ImageNetClasses.Outputs([.. s_synsets.Reverse()], 1000, "v2"));
        Assert.All(
            ((IReadOnlyList<string>?, int)[])[(null, 10), (["cat", "dog"], 2), ([.. s_own.Select(i => $"thing {i}")], 1000), ([.. s_own.Select(i => $"{999 - i}")], 1000)],
            model => Assert.Contains("score it with --on val", Assert.Throws<UserErrorException>(() => ImageNetClasses.Outputs(model.Item1, model.Item2, "real")).Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Reals_lists_belong_to_the_numbers_in_the_names()
    {
        string labels = _folder.Write("real.json", "[[5], [], [7, 998], [1]]");
        foreach (string name in (string[])["n01/ILSVRC2012_val_00000003.JPEG", "n01/ILSVRC2012_val_00000001.JPEG", "n02/ILSVRC2012_val_00000002_n02.jpg"])
        {
            _folder.Write($"val/{name}", "an image");
        }

        using ISampleSource source = SampleSources.Open(_folder["val"]);
        Assert.Equal([[5], [7, 998], []], RealLabels.Read(labels).Of(source, s_own));
        Assert.Equal([[994], [992, 1], []], RealLabels.Read(labels).Of(source, [.. s_own.Reverse()]));
        Assert.Contains("none for 'n01/ILSVRC2012_val_00000003.JPEG'", Error(() => RealLabels.Read(_folder.Write("few.json", "[[1],[2]]")).Of(source, s_own)), StringComparison.Ordinal);
        _folder.Write("val/n02/ILSVRC2012_val_000000040.JPEG", "nine digits are no number of an image");
        using ISampleSource others = SampleSources.Open(_folder["val"]);
        Assert.Contains("'n02/ILSVRC2012_val_000000040.JPEG'", Error(() => RealLabels.Read(labels).Of(others, s_own)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": 1}")]
    [InlineData("[1, 2]")]
    [InlineData("[[1], [1000]]")]
    [InlineData("[[-1]]")]
    [InlineData("[[0.5]]")]
    [InlineData("[null]")]
    [InlineData("null")]
    [InlineData("[[1]")]
    public void A_file_that_is_not_reals_is_named(string text)
    {
        string file = _folder.Write("other.json", text);
        Assert.StartsWith($"--real: {file}", Error(() => RealLabels.Read(file)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_published_file_is_read()
    {
        Assert.StartsWith("--real: nowhere.json cannot be read", Error(() => RealLabels.Read("nowhere.json")), StringComparison.Ordinal);
        string file = TestPaths.DataFile("imagenet-real.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        _folder.Write("val/n/ILSVRC2012_val_00050000.JPEG", "an image");
        using ISampleSource source = SampleSources.Open(_folder["val"]);
        Assert.Single(RealLabels.Read(file).Of(source, s_own));
    }

    private static string Error(Action action) => Assert.Throws<UserErrorException>(action).Message;
}
