using System.Text.Json;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Tests.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>What is drawn for the device: timm's rectangles, AlexNet's noise.</summary>
public sealed class GoldenAdjustmentTests
{
    public static TheoryData<string> Erased => [.. AugmentGolden.Rows("erasing.json").Select(row => row.GetProperty("draws").GetString()!)];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Erased))]
    public void RectanglesAreTimms(string name)
    {
        JsonElement root = AugmentGolden.Root("erasing.json")!.Value;
        JsonElement row = root.GetProperty("cases").EnumerateArray().Single(row => row.GetProperty("draws").GetString() == name);
        double[] logarithms = [.. root.GetProperty("log_aspect").EnumerateArray().Select(value => value.GetDouble())];
        var options = new AugmentOptions { ErasingProb = row.GetProperty("prob").GetDouble() };
        Assert.Equal([root.GetProperty("min_area").GetDouble(), root.GetProperty("max_area").GetDouble()], options.ErasingArea);
        Assert.Equal(logarithms, options.ErasingRatio.Select(ratio => Math.Log(ratio)));
        Assert.Equal(root.GetProperty("count")[1].GetInt32(), options.ErasingCount);

        var draws = new FedDraws(name);
        var boxes = new CropBox[options.ErasingCount];
        int count = RandomErasing.Draw(ref draws, new ImageSize(row.GetProperty("width").GetInt32(), row.GetProperty("height").GetInt32()), options, boxes);
        Assert.Equal(row.GetProperty("used").GetInt32(), draws.Used);
        JsonElement box = row.GetProperty("rect_top_left_h_w");
        if (box.ValueKind == JsonValueKind.Null)
        {
            Assert.Equal(0, count);
            return;
        }

        Assert.Equal(1, count);
        Assert.Equal(new CropBox(box[1].GetInt32(), box[0].GetInt32(), box[3].GetInt32(), box[2].GetInt32()), boxes[0]);
    }

    /// <summary>With more than one, their number is drawn, and their areas are shares of it.</summary>
    [Fact]
    public void ManyRectanglesShareTheArea()
    {
        var options = new AugmentOptions { ErasingProb = 1, ErasingCount = 4, ErasingArea = [0.2, 0.2], ErasingRatio = [1, 1] };
        var boxes = new CropBox[4];
        var draws = new ListDraws(0, 0.5, 0, 0, 0, 0);
        Assert.Equal(3, RandomErasing.Draw(ref draws, new ImageSize(100, 100), options, boxes));
        // sqrt(0.2 * 100 * 100 / 3) is 25.8.
        Assert.All(boxes[..3], box => Assert.Equal((26, 26), (box.Width, box.Height)));
        Assert.Equal(new CropBox(0, 0, 26, 26), boxes[0]);
        Assert.Equal(2 + 3 * 4, draws.Used);
    }

    [Fact]
    public void LightingIsAlexNets()
    {
        Assert.SkipUnless(AugmentGolden.Root("lighting.json") is not null, "lighting.json is missing");
        Assert.All(AugmentGolden.Rows("lighting.json"), row =>
        {
            double[] alpha = [.. row.GetProperty("alpha").EnumerateArray().Select(value => value.GetDouble())];
            double[] expected = [.. row.GetProperty("add_rgb").EnumerateArray().Select(value => value.GetDouble())];
            (double red, double green, double blue) = PcaLighting.Of(alpha[0], alpha[1], alpha[2]);
            Assert.Equal(expected[0], red, 1e-12);
            Assert.Equal(expected[1], green, 1e-12);
            Assert.Equal(expected[2], blue, 1e-12);
        });

        // Two draws a component: radius sqrt(-2 ln(1 - a)) is 1 for a = 1 - exp(-1/2), its cosine 1 for b = 0.
        double one = 1 - Math.Exp(-0.5);
        var draws = new ListDraws(one, 0, 0, 0, 0, 0);
        (double first, _, _) = PcaLighting.Draw(ref draws, 0.1);
        Assert.Equal(PcaLighting.Of(0.1, 0, 0).Red, first, 1e-12);
        Assert.Equal(6, draws.Used);
    }
}
