using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>From coefficients to pixels: libjpeg-turbo's, of any box.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed unsafe class FrameDecoderTests
{
    /// <summary>The planes' sampling factors: the usual ones, and others that libjpeg takes.</summary>
    public static TheoryData<string> Samplings =>
    [
        "11", "11,11,11", "21,11,11", "22,11,11", "12,11,11", "41,11,11", "14,11,11", "24,11,11", "42,11,11", "11,22,11", "22,21,12", "21,21,11", "12,12,11",
    ];

    /// <summary>Coefficients from what encoders make up to words that wrap.</summary>
    [Theory]
    [MemberData(nameof(Samplings))]
    public void PixelsAreThoseOfLibjpeg(string sampling)
    {
        Tools.Need("djpeg");
        var random = new Random(sampling.Length);
        for (int round = 0; round < 24; round++)
        {
            int strength = round % 6;
            TestImage image = Random(random, sampling, round < 12 ? new ImageSize(random.Next(1, 40), random.Next(1, 40)) : new ImageSize(random.Next(1, 150), random.Next(1, 90)), strength);
            byte[]? expected = Tools.Djpeg(image.ToJpeg());
            Assert.NotNull(expected);
            foreach (VectorLevel level in VectorLevels.Available)
            {
                Assert.True(expected.AsSpan().SequenceEqual(Decode(image, level, Whole(image))), $"{sampling} {image.Frame.Size} {strength} {level}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Samplings))]
    public void ABoxIsTheCropOfTheWhole(string sampling)
    {
        var random = new Random(sampling.Length);
        for (int round = 0; round < 40; round++)
        {
            TestImage image = Random(random, sampling, new ImageSize(random.Next(1, 200), random.Next(1, 150)), 0);
            foreach (VectorLevel level in VectorLevels.Available)
            {
                byte[] whole = Decode(image, level, Whole(image));
                for (int i = 0; i < 12; i++)
                {
                    CropBox box = Boxes.Random(random, image.Frame.Size);
                    Assert.True(Boxes.Crop(whole, image.Frame.Size, box).AsSpan().SequenceEqual(Decode(image, level, box)), $"{sampling} {image.Frame.Size} {box} {level}");
                }
            }
        }
    }

    private static CropBox Whole(TestImage image) => new(0, 0, image.Frame.Size.Width, image.Frame.Size.Height);

    private static byte[] Decode(TestImage image, VectorLevel level, CropBox box)
    {
        using var decoder = new FrameDecoder(level);
        Assert.Equal(level, decoder.Level);
        Assert.True(FrameDecoder.Knows(image.Frame));
        decoder.Start(image.Frame, image, box);
        var rgb = new byte[3 * box.Width * box.Height];
        for (int row = 0; row < box.Height;)
        {
            Assert.True(decoder.Next(out PixelView rows));
            Assert.InRange(rows.Height, 1, (8 * image.Frame.MostVertical) + 1);
            Pixels.Copy(rows).CopyTo(rgb, 3 * box.Width * row);
            row += rows.Height;
        }

        return rgb;
    }

    private static TestImage Random(Random random, string sampling, ImageSize size, int strength)
    {
        (int, int)[] factors = [.. sampling.Split(',').Select(each => (each[0] - '0', each[1] - '0'))];
        int most = strength switch { 0 => 12, 1 => 60, 2 => 255, 3 => 255, 4 => 4000, _ => 65535 };
        ushort[][] steps = [.. factors.Select(_ => Enumerable.Range(0, 64).Select(_ => (ushort)random.Next(1, most + 1)).ToArray())];
        JpegColor color = factors.Length == 1 ? JpegColor.Grey : random.Next(4) == 0 ? JpegColor.Rgb : JpegColor.YCbCr;
        var image = new TestImage(size, color, factors, steps);
        for (int c = 0; c < factors.Length; c++)
        {
            short[] blocks = image.Blocks(c);
            for (int i = 0; i < blocks.Length; i++)
            {
                int dc = strength < 2 ? 800 / steps[c][0] : 2000, ac = strength < 2 ? 2 + (200 / (1 + (i % 64)) / steps[c][i % 64]) : 1 << random.Next(11);
                bool flat = strength > 2 && i / 64 % 3 == 0 && i % 64 >= 8;
                blocks[i] = (short)(i % 64 == 0 ? random.Next(-dc, dc + 1) : flat || random.Next(3) > 0 ? 0 : random.Next(-ac, ac + 1));
            }
        }

        return image;
    }
}
