using CsCheck;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Transforms;

[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class ResamplerTests
{
    private static readonly Gen<(int Width, int Height, int Target, int TargetHeight, bool Bicubic, uint Seed)> s_cases =
        Gen.Select(Gen.Int[1, 90], Gen.Int[1, 90], Gen.Int[1, 70], Gen.Int[1, 70], Gen.Bool, Gen.UInt);

    [Fact]
    public void VectorsEqualTheReference()
    {
        s_cases.Sample(c =>
        {
            using EncodedSample sample = Noise(c.Width, c.Height, c.Seed);
            var target = new ImageSize(c.Target, c.TargetHeight);
            var all = new CropBox(0, 0, c.Width, c.Height);
            var whole = new CropBox(0, 0, c.Target, c.TargetHeight);
            Interpolation filter = c.Bicubic ? Interpolation.Bicubic : Interpolation.Bilinear;
            byte[] reference = Pixels.Resize(sample, all, target, whole, filter, level: VectorLevel.Scalar);
            Assert.All(VectorLevels.Available, level => Assert.Equal(reference, Pixels.Resize(sample, all, target, whole, filter, level: level)));
        });
    }

    [Fact]
    public void AWindowIsAPartOfTheWholeAndAFlipMirrorsIt()
    {
        Gen.Select(s_cases, Gen.Double[0, 1], Gen.Double[0, 1], Gen.Double[0, 1], Gen.Int[0, 3]).Sample((c, left, top, size, level) =>
        {
            using EncodedSample sample = Noise(c.Width, c.Height, c.Seed);
            var target = new ImageSize(c.Target, c.TargetHeight);
            var all = new CropBox(0, 0, c.Width, c.Height);
            int width = 1 + (int)(size * (c.Target - 1)), height = 1 + (int)(size * (c.TargetHeight - 1));
            var window = new CropBox((int)(left * (c.Target - width)), (int)(top * (c.TargetHeight - height)), width, height);
            Interpolation filter = c.Bicubic ? Interpolation.Bicubic : Interpolation.Bilinear;
            byte[] whole = Pixels.Resize(sample, all, target, new CropBox(0, 0, c.Target, c.TargetHeight), filter, level: (VectorLevel)level);
            byte[] part = Pixels.Resize(sample, all, target, window, filter, level: (VectorLevel)level);
            byte[] flipped = Pixels.Resize(sample, all, target, window, filter, flip: true, level: (VectorLevel)level);
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    ReadOnlySpan<byte> expected = whole.AsSpan(3 * ((y + window.Top) * c.Target + x + window.Left), 3);
                    Assert.True(expected.SequenceEqual(part.AsSpan(3 * (y * width + x), 3)));
                    Assert.True(expected.SequenceEqual(flipped.AsSpan(3 * (y * width + width - 1 - x), 3)));
                }
            }
        });
    }

    [Fact]
    public void PixelsOutsideABoxDoNotCount()
    {
        s_cases.Sample(c =>
        {
            var box = new CropBox(c.Width / 3, c.Height / 3, c.Width - c.Width / 3, (c.Height - c.Height / 3 + 1) / 2);
            using EncodedSample one = Noise(c.Width, c.Height, c.Seed), other = Noise(c.Width, c.Height, c.Seed + 1);
            for (int y = box.Top; y < box.Top + box.Height; y++)
            {
                int at = 3 * (y * c.Width + box.Left);
                one.Bytes.Slice(at, 3 * box.Width).CopyTo(Writable(other)[at..]);
            }

            var target = new ImageSize(c.Target, c.TargetHeight);
            var window = new CropBox(0, 0, c.Target, c.TargetHeight);
            Assert.Equal(
                Pixels.Resize(one, box, target, window, Interpolation.Bicubic),
                Pixels.Resize(other, box, target, window, Interpolation.Bicubic));
        });
    }

    private static unsafe Span<byte> Writable(EncodedSample sample) => new(sample.Pointer, sample.Length);

    private static EncodedSample Noise(int width, int height, uint seed)
    {
        var bytes = new byte[3 * width * height];
        new Random((int)seed).NextBytes(bytes);
        // Hard edges make overshoots that have to be clamped.
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = bytes[i] < 96 ? (byte)0 : bytes[i] > 160 ? (byte)255 : bytes[i];
        }

        return Pixels.Raw(width, height, bytes);
    }
}
