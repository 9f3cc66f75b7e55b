using System.Globalization;
using CsCheck;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

/// <summary>Against Pillow itself, where Debian's is installed: all filters, fractional boxes, timm's evaluations, any size.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class PillowResizeTests
{
    [Fact]
    public void EveryResizeIsPillows()
    {
        using var pillow = new PillowPeer("pillow_resize.py");
        var seen = new HashSet<Interpolation>();
        ResizeRequest.Any.Sample(
            drawn =>
            {
                ResizeRequest request = drawn with { Window = new CropBox(0, 0, drawn.Target.Width, drawn.Target.Height), Flip = false };
                ResampleBox box = request.Box;
                string line = string.Create(CultureInfo.InvariantCulture,
                    $"{request.Source.Width} {request.Source.Height} {request.Target.Width} {request.Target.Height} {request.Filter} {box.Left:G9} {box.Top:G9} {box.Right:G9} {box.Bottom:G9}");
                Assert.Equal(pillow.Ask(line, request.Pixels()), Decoding.Pixels.Hash(request.Resized(VectorLevel.Current)));
                seen.Add(request.Filter);
            },
            iter: 600, threads: 1);
        Assert.Equal(6, seen.Count);
    }

    [Fact]
    public void EveryEvaluationIsTimms()
    {
        using var pillow = new PillowPeer("pillow_evaluation.py");
        var seen = new HashSet<EvaluationCropMode>();
        // Below 1:40, timm's border resizes to nothing and fails.
        Gen.Select(Gen.Int[20, 300], Gen.Int[20, 300], Gen.Int[0, 2], Gen.Int[40, 96], Gen.Int[50, 100], Gen.Bool).Sample(
            (width, height, mode, size, percent, lanczos) =>
            {
                var options = new EvaluationOptions
                {
                    Size = size, CropPct = percent / 100.0, CropMode = (EvaluationCropMode)mode, Interpolation = lanczos ? Interpolation.Lanczos : Interpolation.Bicubic,
                };
                byte[] image = new byte[3 * width * height];
                new Random(width + 1000 * height).NextBytes(image);
                using EncodedSample sample = Decoding.Pixels.Raw(width, height, image);
                string line = string.Create(CultureInfo.InvariantCulture, $"{width} {height} {options.CropMode} {size} {options.CropPct:R} {options.Interpolation}");
                Assert.Equal(pillow.Ask(line, image), Decoding.Pixels.Hash(Decoding.Pixels.Evaluate(sample, options)));
                seen.Add(options.CropMode);
            },
            iter: 200, threads: 1);
        Assert.Equal(3, seen.Count);
    }
}
