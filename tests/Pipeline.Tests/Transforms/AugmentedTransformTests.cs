using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Tests.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms.Policies;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>The training transform with a policy: the crop's pixels, then what the same draws go on to say.</summary>
public sealed class AugmentedTransformTests
{
    private const int Side = 40, Places = 300;

    private static readonly byte[] s_image = new OperationCase("Invert", 61, 47, 0, false, false, 3, 1).Image();

    [Theory]
    [InlineData("rand-m7-mstd0.5-inc1", Interpolation.Random)]
    [InlineData("rand-m9-n4-p0.9", Interpolation.Bicubic)]
    [InlineData("v0r-mstd0.5", Interpolation.Bilinear)]
    [InlineData(null, Interpolation.Random)]
    public void ThePolicyFollowsTheCrop(string? text, Interpolation interpolation)
    {
        using EncodedSample sample = Pixels.Raw(61, 47, s_image);
        var options = new AugmentOptions { Size = Side, Interpolation = interpolation, AutoAugment = text, ColorJitter = text is null ? 0.4 : 0 };
        AugmentPolicy policy = text is null ? new ColorJitter(0.4) : AugmentPolicies.Parse(text, Side, interpolation);
        double[] mean = [0.1, 0.9, 0.5];
        using var transform = new TrainTransform(options, false, mean: mean);
        using var plain = new TrainTransform(options with { AutoAugment = null, ColorJitter = 0 }, false);
        for (int position = 0; position < Places; position++)
        {
            var place = new SamplePlace(11, 4, position, position);
            byte[] expected = Pixels.Apply(plain, sample, place);
            SampleRandom draws = place.Random();
            _ = RandomResizedCrop.Draw(ref draws, new ImageSize(61, 47), options);
            _ = interpolation == Interpolation.Random ? draws.Next() : 0;
            draws.Next();
            AugmentGolden.Apply(expected, new ImageSize(Side, Side), VectorLevel.Scalar, new RgbColor(26, 230, 128), Draw(policy, ref draws));
            Assert.Equal(expected, Pixels.Apply(transform, sample, place));
        }
    }

    /// <summary>torchvision's range: from max(0, 1 - strength) to 1 + strength, all six orders.</summary>
    [Fact]
    public void JitterKeepsToItsRange()
    {
        var random = new SampleRandom(3, 0, 0);
        HashSet<string> orders = [];
        foreach (double strength in (double[])[0.4, 2.5])
        {
            var jitter = new ColorJitter(strength);
            for (int i = 0; i < 500; i++)
            {
                OperationCall[] calls = Draw(jitter, ref random);
                Assert.All(calls, call => Assert.InRange(call.Argument, Math.Max(0, 1 - strength), 1 + strength));
                orders.Add(string.Join(' ', calls.Select(call => call.Operation.Name)));
            }
        }

        Assert.Equal(6, orders.Count);
        var draws = new ListDraws(0.99, 0, 0.5, 0.25);
        Assert.Equal(
            [("Color", 0.8), ("Contrast", 1.0), ("Brightness", 0.6)],
            Draw(new ColorJitter(0.4), ref draws).Select(call => (call.Operation.Name, Math.Round(call.Argument, 12))));
    }

    /// <summary>All operations, many images: drawn, applied, and not a byte from the managed heap.</summary>
    [Fact]
    public unsafe void NothingIsAllocatedForAnImage()
    {
        var size = new ImageSize(48, 32);
        byte[] image = new OperationCase("Invert", size.Width, size.Height, 0, false, false, 3, 1).Image();
        AugmentPolicy[] policies = [.. ((string[])["rand-m7-mstd0.5-inc1-n3-p1", "rand-m9-tweights", "original"]).Select(text => AugmentPolicies.Parse(text, 48, Interpolation.Random)), new ColorJitter(0.4)];
        var calls = new OperationCall[3];
        using var canvas = new PixelCanvas();
        fixed (byte* pixels = image)
        {
            nint at = (nint)pixels;
            Run(at);
            Assert.Equal(0, Allocated.Least(() => Run(at)));
        }

        void Run(nint pixels)
        {
            for (int i = 0; i < 500; i++)
            {
                SampleRandom draws = new SamplePlace(1, 0, i, i).Random();
                canvas.Begin((byte*)pixels, size, default);
                int count = policies[i % policies.Length].Draw(ref draws, calls);
                for (int k = 0; k < count; k++)
                {
                    calls[k].Apply(canvas);
                }

                canvas.Flush();
            }
        }
    }

    [Fact]
    public void AWrongPolicyIsAUsersMistake() =>
        Assert.Throws<UserErrorException>(() => new TrainTransform(new AugmentOptions { AutoAugment = "rand-q1" }, false));

    private static OperationCall[] Draw<TDraws>(AugmentPolicy policy, ref TDraws draws)
        where TDraws : struct, IDraws
    {
        var calls = new OperationCall[policy.MostOperations];
        return calls[..policy.Draw(ref draws, calls)];
    }
}
