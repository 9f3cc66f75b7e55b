using NetVips;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding;

/// <summary>Images as they come from the world: other formats, odd pixels, damage.</summary>
public sealed class DecoderTests
{
    private const int Width = 37, Height = 29;

    public DecoderTests() => VipsRuntime.Initialize();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void PngsOfAnyNumberOfBandsBecomeRgb(int bands)
    {
        byte[] pixels = Noise(Width * Height * bands);
        byte[] png = Encode(pixels, bands, ".png");
        (ImageSize size, byte[] rgb) = Pixels.Decode(png);
        Assert.Equal(new ImageSize(Width, Height), size);
        byte[] expected = [.. Enumerable.Range(0, Width * Height).SelectMany(i => bands < 3
            ? Enumerable.Repeat(pixels[i * bands], 3)
            : pixels.Skip(i * bands).Take(3))];
        Assert.Equal(expected, rgb);
    }

    [Fact]
    public void PalettesAndSixteenBitsBecomeEightBitRgb()
    {
        byte[] two = [.. Enumerable.Range(0, Width * Height).SelectMany(i => (byte[])(i % 3 == 0 ? [200, 10, 40] : [1, 2, 3]))];
        using Image image = Image.NewFromMemory(two, Width, Height, 3, Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        Assert.Equal(two, Pixels.Decode(image.PngsaveBuffer(palette: true, bitdepth: 1, dither: 0)).Rgb);

        ushort[] values = [.. Enumerable.Range(0, Width * Height * 3).Select(i => (ushort)(i * 1031))];
        using Image deep = Image.NewFromMemory(values, Width, Height, 3, Enums.BandFormat.Ushort).Copy(interpretation: Enums.Interpretation.Rgb16);
        Assert.Equal(values.Select(value => (byte)(value >> 8)), Pixels.Decode(deep.PngsaveBuffer()).Rgb);
    }

    [Fact]
    public void ABoxHasTheSamePixelsAsTheWhole()
    {
        foreach (string format in (string[])[".jpg[Q=80]", ".jpg[Q=90,interlace=true]", ".png", ".webp[lossless=true]"])
        {
            byte[] bytes = Encode(Noise(Width * Height * 3), 3, format);
            byte[] whole = Pixels.Decode(bytes).Rgb;
            var box = new CropBox(5, 7, 20, 11);
            byte[] part = Pixels.Decode(bytes, box).Rgb;
            for (int y = 0; y < box.Height; y++)
            {
                Assert.True(whole.AsSpan(3 * ((y + box.Top) * Width + box.Left), 3 * box.Width).SequenceEqual(part.AsSpan(3 * box.Width * y, 3 * box.Width)));
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void ExifTurnsTheImageOnlyWhereAsked(int orientation)
    {
        using Image image = Image.NewFromMemory(Noise(Width * Height * 3), Width, Height, 3, Enums.BandFormat.Uchar)
            .Copy(interpretation: Enums.Interpretation.Srgb).Mutate(mutable => mutable.Set(GValue.GIntType, "orientation", orientation));
        byte[] jpeg = image.JpegsaveBuffer(q: 95);
        using Image turned = Image.NewFromBuffer(jpeg).Autorot();
        (ImageSize size, byte[] rgb) = Pixels.Decode(jpeg, exif: true);
        Assert.Equal(new ImageSize(turned.Width, turned.Height), size);
        Assert.Equal(turned.WriteToMemory<byte>(), rgb);
        Assert.Equal(new ImageSize(Width, Height), Pixels.Decode(jpeg).Size);

        var box = new CropBox(3, 4, 10, 9);
        byte[] part = Pixels.Decode(jpeg, box, exif: true).Rgb;
        Assert.True(rgb.AsSpan(3 * (4 * size.Width + 3), 30).SequenceEqual(part.AsSpan(0, 30)));
        Assert.True(rgb.AsSpan(3 * (12 * size.Width + 3), 30).SequenceEqual(part.AsSpan(240, 30)));
    }

    [Fact]
    public void WhatIsNoImageSaysSo()
    {
        Assert.Equal("empty file", Reason([]));
        Assert.Equal("not an image of a known format", Reason("this is no picture, whatever it is called"u8));
        Assert.Equal("not an image of a known format", Reason([0]));
        Assert.Equal("damaged JPEG: its header cannot be read", Reason([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
        byte[] png = Encode(Noise(Width * Height * 3), 3, ".png");
        Assert.StartsWith("damaged or truncated PNG", Reason(png.AsSpan(0, png.Length / 2)), StringComparison.Ordinal);
    }

    [Fact]
    public void ATruncatedJpegIsBadWhereverTheCropLies()
    {
        byte[] jpeg = Encode(Noise(200 * 160 * 3), 3, ".jpg[Q=90]", 200, 160);
        foreach (double share in (double[])[0.3, 0.6, 0.9])
        {
            byte[] cut = jpeg[..(int)(share * jpeg.Length)];
            Assert.Equal("truncated JPEG", Reason(cut));
            Assert.Equal("truncated JPEG", Reason(cut, new CropBox(0, 0, 20, 8)));
        }

        Assert.Equal(160 * 200 * 3, Pixels.Decode([.. jpeg, 0, 0, 0, 0]).Rgb.Length);
    }

    [Fact]
    public void TooManyPixelsAreNotEvenTried()
    {
        byte[] jpeg = Encode(Noise(Width * Height * 3), 3, ".jpg");
        // The frame header: marker, length, precision, height, width.
        int frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc0]);
        (jpeg[frame + 5], jpeg[frame + 6], jpeg[frame + 7], jpeg[frame + 8]) = (0xfd, 0xe8, 0xfd, 0xe8);
        Assert.Equal("65000 x 65000 pixels are too many (at most 178956970)", Reason(jpeg));
    }

    [Fact]
    public void DamageInTheMiddleNeverBringsTheProcessDown()
    {
        byte[] jpeg = Encode(Noise(64 * 64 * 3), 3, ".jpg[Q=90]", 64, 64), png = Encode(Noise(64 * 64 * 3), 3, ".png", 64, 64);
        var random = new Random(1);
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. i % 2 == 0 ? jpeg : png];
            for (int damage = 0; damage < 4; damage++)
            {
                bytes[random.Next(2, bytes.Length)] = (byte)random.Next(256);
            }

            // Good or bad, but the same the second time.
            Assert.Equal(Outcome(bytes), Outcome(bytes));
        }
    }

    private static string Outcome(byte[] bytes)
    {
        try
        {
            return Pixels.Hash(Pixels.Decode(bytes).Rgb);
        }
        catch (BadSampleException error)
        {
            return error.Message;
        }
    }

    private static string Reason(ReadOnlySpan<byte> bytes, CropBox? box = null)
    {
        byte[] copy = bytes.ToArray();
        return Assert.Throws<BadSampleException>(() => Pixels.Decode(copy, box)).Message;
    }

    internal static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    internal static byte[] Encode(byte[] pixels, int bands, string format, int width = Width, int height = Height)
    {
        using Image image = Image.NewFromMemory(pixels, width, height, bands, Enums.BandFormat.Uchar)
            .Copy(interpretation: bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
        return image.WriteToBuffer(format);
    }
}
