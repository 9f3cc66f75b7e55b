using System.Text.Json;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Our own decoder of JPEG files gives libjpeg-turbo's pixels, and libvips's, and is the one that is taken.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed class JpegDecoderTests
{
    private static readonly string[] s_samplings = ["1x1", "2x1", "2x2", "1x2", "4x1"];

    public JpegDecoderTests() => VipsRuntime.Initialize();

    /// <summary>Golden photographs, by their hashes.</summary>
    [Fact]
    public void GoldenPixelsAreEqual()
    {
        string file = TestPaths.GoldenFile("resize", "resize.json");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllBytes(file));
        int own = 0;
        foreach (JsonElement image in golden.RootElement.GetProperty("images").EnumerateArray())
        {
            byte[] jpeg = File.ReadAllBytes(TestPaths.GoldenFile("resize", "jpeg", image.GetProperty("file").GetString()!));
            using var decoder = new SampleDecoder(false);
            using EncodedSample sample = Pixels.Sample(jpeg);
            decoder.Open(sample);
            Assert.Equal(IsBaseline(jpeg), decoder.IsOwn);
            decoder.Close();
            if (image.TryGetProperty("decode", out JsonElement decode) && IsBaseline(jpeg))
            {
                own++;
                Assert.Equal(decode.GetProperty("sha256").GetString(), Pixels.Hash(Pixels.Decode(jpeg, kind: DecoderKind.Managed).Rgb));
            }
        }

        Assert.NotEqual(0, own);
    }

    /// <summary>What cjpeg can make of a photograph: every sampling, restart intervals, qualities, tables of its own, sizes.</summary>
    [Fact]
    public void DerivedFilesAreEqual()
    {
        Tools.Need("djpeg");
        Tools.Need("cjpeg");
        byte[] ppm = Photograph(out ImageSize whole);
        var random = new Random(8);
        for (int i = 0; i < 160; i++)
        {
            ImageSize size = i % 4 == 0 ? new(random.Next(1, 41), random.Next(1, 41)) : new(random.Next(1, whole.Width + 1), random.Next(1, whole.Height + 1));
            string[] color = i % 16 == 15 ? ["-rgb"] : i % 16 == 7 ? ["-grayscale"] : ["-sample", s_samplings[i % s_samplings.Length]];
            string[] options = (i % 3) switch { 0 => ["-optimize"], 1 => ["-restart", $"{random.Next(1, 9)}{(i % 2 == 0 ? "B" : "")}"], _ => [] };
            // Every quality once: from 100 on, what the crop and the sampling make of it again.
            string[] arguments = ["-quality", $"{1 + (i % 100)}", "-dct", i % 2 == 0 ? "int" : "fast", .. color, .. options];
            byte[] jpeg = Tools.Run("cjpeg", Ppm(ppm, whole, new CropBox(random.Next(whole.Width - size.Width + 1), random.Next(whole.Height - size.Height + 1), size.Width, size.Height)), arguments)!;
            Check(jpeg, random, $"{size} {string.Join(' ', arguments)}", own: true);
        }
    }

    /// <summary>What the decoder must leave to libvips, which gives the same pixels as libjpeg-turbo.</summary>
    [Theory]
    [InlineData("-progressive")]
    [InlineData("-progressive -grayscale")]
    [InlineData("-progressive -sample 1x2")]
    [InlineData("-sample 2x1,1x2,1x1")]
    [InlineData("-sample 1x1,2x2,1x1")]
    [InlineData("-sample 1x4")]
    [InlineData("-arithmetic")]
    public void OthersAreLeftToLibvips(string arguments)
    {
        Tools.Need("djpeg");
        Tools.Need("cjpeg");
        byte[] ppm = Photograph(out ImageSize whole);
        byte[] jpeg = Tools.Run("cjpeg", ppm, ["-quality", "85", .. arguments.Split(' ')])!;
        Check(jpeg, new Random(1), arguments, own: false);
        var error = Assert.Throws<BadSampleException>(() => Pixels.Decode(jpeg, kind: DecoderKind.Managed));
        Assert.Contains("data.decoder is managed", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Every size up to 40 x 40, in every sampling, against libvips.</summary>
    [Fact]
    public void SmallSizesAreEqual()
    {
        var random = new Random(9);
        (int, int)[][] samplings = [[(1, 1)], [(1, 1), (1, 1), (1, 1)], [(2, 1), (1, 1), (1, 1)], [(1, 2), (1, 1), (1, 1)], [(2, 2), (1, 1), (1, 1)], [(4, 1), (1, 1), (1, 1)]];
        for (int at = 0; at < 40 * 40; at++)
        {
            // Each size in one sampling after the other, and the smallest ones in all of them.
            for (int i = at; i < at + (at % 40 < 6 && at / 40 < 6 ? samplings.Length : 1); i++)
            {
                (int, int)[] sampling = samplings[i % samplings.Length];
                ushort[][] steps = [.. sampling.Select(_ => Enumerable.Range(1, 64).Select(step => (ushort)step).ToArray())];
                var image = new TestImage(new ImageSize(1 + (at % 40), 1 + (at / 40)), sampling.Length == 1 ? JpegColor.Grey : JpegColor.YCbCr, sampling, steps);
                for (int c = 0; c < sampling.Length; c++)
                {
                    short[] blocks = image.Blocks(c);
                    for (int k = 0; k < blocks.Length; k++)
                    {
                        blocks[k] = (short)(k % 64 == 0 ? random.Next(-900, 900) : random.Next(4) > 0 ? 0 : random.Next(-9, 10));
                    }
                }

                byte[] jpeg = image.ToJpeg();
                Assert.True(Pixels.Decode(jpeg, kind: DecoderKind.Libvips).Rgb.AsSpan().SequenceEqual(Pixels.Decode(jpeg, kind: DecoderKind.Managed).Rgb), $"{image.Frame.Size} {i % samplings.Length}");
            }
        }
    }

    /// <summary>Each restart marker, each table where it is used: what jpegtran makes without touching a coefficient.</summary>
    [Fact]
    public void RewrittenFilesHaveTheSamePixels()
    {
        Tools.Need("jpegtran");
        foreach (string file in Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg")).Where(file => IsBaseline(File.ReadAllBytes(file))))
        {
            byte[] jpeg = File.ReadAllBytes(file), expected = Pixels.Decode(jpeg, kind: DecoderKind.Managed).Rgb;
            foreach (string arguments in (string[])["-optimize", "-restart 1", "-restart 1B", "-restart 5B", "-restart 7B -optimize", "-copy all", "-progressive", "-arithmetic"])
            {
                byte[] rewritten = Tools.Run("jpegtran", jpeg, arguments.Split(' '))!;
                Assert.True(expected.AsSpan().SequenceEqual(Pixels.Decode(rewritten).Rgb), $"{file} {arguments}");
            }
        }
    }

    /// <summary>A box of an image that is turned by its EXIF orientation.</summary>
    [Fact]
    public void TurnedBoxesAreEqual()
    {
        var random = new Random(13);
        for (int orientation = 1; orientation <= 8; orientation++)
        {
            using NetVips.Image image = NetVips.Image.NewFromMemory(DecoderTests.Noise(75 * 58 * 3), 75, 58, 3, NetVips.Enums.BandFormat.Uchar)
                .Copy(interpretation: NetVips.Enums.Interpretation.Srgb).Mutate(mutable => mutable.Set(NetVips.GValue.GIntType, "orientation", orientation));
            byte[] jpeg = image.JpegsaveBuffer(q: 90);
            using NetVips.Image turned = NetVips.Image.NewFromBuffer(jpeg).Autorot();
            var size = new ImageSize(turned.Width, turned.Height);
            byte[] whole = turned.WriteToMemory<byte>();
            foreach (DecoderKind kind in Enum.GetValues<DecoderKind>())
            {
                Assert.Equal(size, Pixels.Decode(jpeg, exif: true, kind: kind).Size);
                for (int i = 0; i < 20; i++)
                {
                    CropBox box = Boxes.Random(random, size);
                    Assert.Equal(Boxes.Crop(whole, size, box), Pixels.Decode(jpeg, box, exif: true, kind: kind).Rgb);
                }
            }
        }
    }

    /// <summary>Only what has a sound end is ours: whether a truncated file may be used, must not depend on the crop.</summary>
    [Fact]
    public void TruncatedFilesAreNotOurs()
    {
        byte[] jpeg = DecoderTests.Encode(DecoderTests.Noise(64 * 64 * 3), 3, ".jpg[Q=90]", 64, 64);
        Assert.Equal("truncated JPEG", Assert.Throws<BadSampleException>(() => Pixels.Decode(jpeg.AsSpan(0, jpeg.Length - 40), new CropBox(0, 0, 8, 8), kind: DecoderKind.Managed)).Message);
        Assert.Equal("empty file", Assert.Throws<BadSampleException>(() => Pixels.Decode([], kind: DecoderKind.Managed)).Message);
        byte[] png = DecoderTests.Encode(DecoderTests.Noise(64 * 64 * 3), 3, ".png", 64, 64);
        Assert.StartsWith("no JPEG", Assert.Throws<BadSampleException>(() => Pixels.Decode(png, kind: DecoderKind.Managed)).Message, StringComparison.Ordinal);
    }

    private static void Check(byte[] jpeg, Random random, string what, bool own)
    {
        byte[]? expected = Tools.Djpeg(jpeg);
        Assert.NotNull(expected);
        using var decoder = new SampleDecoder(false);
        using EncodedSample sample = Pixels.Sample(jpeg);
        ImageSize size = decoder.Open(sample);
        Assert.True(own == decoder.IsOwn, what);
        Assert.True(expected.AsSpan().SequenceEqual(Pixels.Read(decoder, new CropBox(0, 0, size.Width, size.Height))), what);
        Assert.True(own == decoder.IsOwn, what);
        for (int i = 0; i < (own ? 8 : 2); i++)
        {
            CropBox box = Boxes.Random(random, size);
            decoder.Open(sample);
            Assert.True(Boxes.Crop(expected, size, box).AsSpan().SequenceEqual(Pixels.Read(decoder, box)), $"{what} {box}");
            Assert.True(own == decoder.IsOwn, $"{what} {box}");
            decoder.Close();
        }
    }

    /// <summary>A golden photograph as a PPM.</summary>
    private static byte[] Photograph(out ImageSize size)
    {
        string file = Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg")).Order(StringComparer.Ordinal).First(file => IsBaseline(File.ReadAllBytes(file)));
        (size, byte[] rgb) = Pixels.Decode(File.ReadAllBytes(file), kind: DecoderKind.Libvips);
        return Ppm(rgb, size);
    }

    private static byte[] Ppm(byte[] rgb, ImageSize size) => [.. System.Text.Encoding.ASCII.GetBytes($"P6\n{size.Width} {size.Height}\n255\n"), .. rgb];

    private static byte[] Ppm(byte[] ppm, ImageSize whole, in CropBox box) =>
        Ppm(Boxes.Crop(ppm[^(3 * whole.Width * whole.Height)..], whole, box), new ImageSize(box.Width, box.Height));

    /// <summary>Whether the frame header is a baseline one of a plane or three, told without the decoder's own parser.</summary>
    private static bool IsBaseline(byte[] jpeg)
    {
        for (int at = 2; at + 9 < jpeg.Length; at += 2 + ((jpeg[at + 2] << 8) | jpeg[at + 3]))
        {
            if (jpeg[at + 1] is 0xc0 or 0xc1 or 0xc2)
            {
                return jpeg[at + 1] != 0xc2 && jpeg[at + 9] is 1 or 3;
            }
        }

        return false;
    }
}
