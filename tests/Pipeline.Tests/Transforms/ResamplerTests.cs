using CsCheck;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class ResamplerTests
{
    [Fact]
    public void EveryLevelAndEveryStripGiveTheReference()
    {
        ResizeRequest.Any.Sample(
            request =>
            {
                byte[] reference = request.Resized(VectorLevel.Scalar, inOneStrip: true);
                Assert.All(VectorLevels.Available, level => Assert.Equal(reference, request.Resized(level)));
            },
            iter: 1000);
    }

    [Fact]
    public void AWindowIsAPartOfTheWholeAndAFlipMirrorsIt()
    {
        ResizeRequest.Any.Sample(request =>
        {
            byte[] whole = (request with { Window = new CropBox(0, 0, request.Target.Width, request.Target.Height), Flip = false }).Resized(VectorLevel.Current);
            byte[] part = request.Resized(VectorLevel.Current);
            CropBox window = request.Window;
            for (int y = 0; y < window.Height; y++)
            {
                for (int x = 0; x < window.Width; x++)
                {
                    int from = 3 * ((y + window.Top) * request.Target.Width + x + window.Left), to = 3 * (y * window.Width + (request.Flip ? window.Width - 1 - x : x));
                    Assert.True(whole.AsSpan(from, 3).SequenceEqual(part.AsSpan(to, 3)));
                }
            }
        });
    }

    [Fact]
    public void PixelsOutsideACropDoNotCountAndThoseAroundABoxDo()
    {
        var source = new ImageSize(64, 48);
        var request = new ResizeRequest(source, new ResampleBox(16, 12, 48, 36), new ImageSize(8, 6), new CropBox(0, 0, 8, 6), Interpolation.Bicubic, false, 7, 3);
        byte[] image = request.Pixels(), crop = new byte[3 * 32 * 24];
        for (int y = 0; y < 24; y++)
        {
            image.AsSpan(3 * ((y + 12) * 64 + 16), 3 * 32).CopyTo(crop.AsSpan(3 * 32 * y));
        }

        using EncodedSample cut = Decoding.Pixels.Raw(32, 24, crop), all = Decoding.Pixels.Raw(64, 48, image);
        byte[] ofCrop = Decoding.Pixels.Resize(cut, new CropBox(0, 0, 32, 24), request.Target, request.Window, request.Filter);
        Assert.Equal(ofCrop, Decoding.Pixels.Resize(all, new CropBox(16, 12, 32, 24), request.Target, request.Window, request.Filter));
        Assert.NotEqual(ofCrop, request.Resized(VectorLevel.Current));
    }

    [Fact]
    public unsafe void RowsThatAreNotTheBoxesAreRefused()
    {
        using var resampler = new Resampler();
        var target = new byte[3 * 4 * 4];
        var pixels = new byte[3 * 9 * 9];
        fixed (byte* output = target, rows = pixels)
        {
            resampler.Prepare(new ImageSize(8, 8), new ImageSize(4, 4), new CropBox(0, 0, 4, 4), Interpolation.Bilinear);
            resampler.Begin(false, output);
            var tooMany = new PixelView(rows, 8, 9, 24);
            var tooNarrow = new PixelView(rows, 7, 8, 24);
            Assert.Throws<ArgumentException>(() => resampler.Push(tooMany));
            Assert.Throws<ArgumentException>(() => resampler.Push(tooNarrow));
        }
    }
}
