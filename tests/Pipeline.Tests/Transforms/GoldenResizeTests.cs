using System.Text.Json;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>Pillow's pixels, by their hashes: decoding, crops, evaluation.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class GoldenResizeTests
{
    private static readonly Lazy<JsonElement[]> s_images = new(() =>
    {
        string file = TestPaths.GoldenFile("resize", "resize.json");
        return File.Exists(file) ? [.. JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("images").EnumerateArray()] : [];
    });

    public static TheoryData<string> Decoded => FilesWith("decode");

    public static TheoryData<string> Cropped => FilesWith("crops");

    public static TheoryData<string> Evaluated => FilesWith("eval");

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Decoded))]
    public void DecodedPixelsAreEqual(string file)
    {
        JsonElement image = Image(file);
        (ImageSize size, byte[] rgb) = Pixels.Decode(File.ReadAllBytes(Path(file)));
        Assert.Equal(new ImageSize(image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32()), size);
        Assert.Equal(image.GetProperty("decode").GetProperty("sha256").GetString(), Pixels.Hash(rgb));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Cropped))]
    public void CropsAreEqual(string file)
    {
        using EncodedSample sample = Pixels.Sample(File.ReadAllBytes(Path(file)));
        JsonElement[] crops = [.. Image(file).GetProperty("crops").EnumerateArray()];
        Assert.NotEmpty(crops);
        Assert.All(crops, crop =>
        {
            int size = crop.GetProperty("size").GetInt32();
            var box = new CropBox(Int(crop, "left"), Int(crop, "top"), Int(crop, "width"), Int(crop, "height"));
            foreach (VectorLevel level in VectorLevels.Available)
            {
                byte[] pixels = Pixels.Resize(sample, box, new ImageSize(size, size), new CropBox(0, 0, size, size), Filter(crop), level: level);
                Assert.Equal(crop.GetProperty("sha256").GetString(), Pixels.Hash(pixels));
            }
        });
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Evaluated))]
    public void EvaluationsAreEqual(string file)
    {
        using EncodedSample sample = Pixels.Sample(File.ReadAllBytes(Path(file)));
        JsonElement[] evaluations = [.. Image(file).GetProperty("eval").EnumerateArray()];
        Assert.NotEmpty(evaluations);
        Assert.All(evaluations, evaluation =>
        {
            var options = new EvaluationOptions { Size = Int(evaluation, "size"), CropPct = evaluation.GetProperty("crop_pct").GetDouble() };
            Assert.Equal(evaluation.GetProperty("sha256").GetString(), Pixels.Hash(Pixels.Evaluate(sample, options)));
        });
    }

    [Fact]
    public void RandomResizedCropsAreEqual()
    {
        string file = TestPaths.GoldenFile("resize", "rrc_boxes.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        double[] ratio = Doubles(golden.RootElement.GetProperty("ratio"));
        Assert.All(golden.RootElement.GetProperty("cases").EnumerateArray(), entry =>
        {
            var draws = new FedDraws(entry.GetProperty("draws").GetString()!);
            var options = new AugmentOptions { Ratio = ratio, Scale = Doubles(entry.GetProperty("scale")) };
            CropBox box = RandomResizedCrop.Draw(ref draws, new ImageSize(Int(entry, "width"), Int(entry, "height")), options);
            Assert.Equal(new CropBox(Int(entry, "left"), Int(entry, "top"), Int(entry, "crop_width"), Int(entry, "crop_height")), box);
            Assert.Equal(Int(entry, "used"), draws.Used);
        });
    }

    private static TheoryData<string> FilesWith(string part) =>
        [.. s_images.Value.Where(image => image.TryGetProperty(part, out _)).Select(image => image.GetProperty("file").GetString()!)];

    private static JsonElement Image(string file) => s_images.Value.Single(image => image.GetProperty("file").GetString() == file);

    private static string Path(string file) => TestPaths.GoldenFile("resize", "jpeg", file);

    private static int Int(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static double[] Doubles(JsonElement element) => [.. element.EnumerateArray().Select(value => value.GetDouble())];

    private static Interpolation Filter(JsonElement crop) => Enum.Parse<Interpolation>(crop.GetProperty("filter").GetString()!, ignoreCase: true);
}
