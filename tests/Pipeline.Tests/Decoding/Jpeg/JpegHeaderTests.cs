using System.Buffers.Binary;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>What is ours, and what is not; colours; EXIF.</summary>
public sealed unsafe class JpegHeaderTests
{
    [Fact]
    public void KindsAndShapes()
    {
        JpegTools.Need();
        Check(JpegKind.Sequential, JpegColor.YCbCr, 2, 2, "-sample", "2x2");
        Check(JpegKind.Sequential, JpegColor.YCbCr, 1, 1, "-sample", "1x1");
        Check(JpegKind.Sequential, JpegColor.YCbCr, 2, 1, "-sample", "2x1");
        Check(JpegKind.Sequential, JpegColor.YCbCr, 1, 2, "-sample", "1x2");
        Check(JpegKind.Sequential, JpegColor.YCbCr, 4, 1, "-sample", "4x1");
        Check(JpegKind.Sequential, JpegColor.Grey, 1, 1, "-grayscale");
        Check(JpegKind.Sequential, JpegColor.Grey, 1, 1, "-grayscale", "-sample", "2x2");
        Check(JpegKind.Sequential, JpegColor.Rgb, 1, 1, "-rgb");
        Check(JpegKind.Scans, JpegColor.YCbCr, 2, 2, "-progressive");
        foreach (string[] foreign in (string[][])[["-arithmetic"], ["-sample", "1x4"], ["-sample", "4x2"], ["-sample", "2x2,2x1,2x1"], ["-sample", "1x1,2x1,1x1"]])
        {
            Assert.Equal(JpegKind.Foreign, Kind(JpegTools.Encode(50, 40, foreign)));
        }
    }

    /// <summary>The rules of libjpeg, which Pillow and libvips leave as they are.</summary>
    [Fact]
    public void ColoursAreWhatLibjpegTakesThemFor()
    {
        JpegTools.Need();
        byte[] jfif = JpegTools.Encode(9, 9, "-sample", "1x1"), plain = [.. jfif[..2], .. jfif[20..]];
        Assert.Equal(JpegColor.YCbCr, Color(jfif));
        Assert.Equal(JpegColor.YCbCr, Color(plain));
        Assert.Equal(JpegColor.Rgb, Color(Name(plain, "RGB"u8)));
        Assert.Equal(JpegColor.YCbCr, Color(Name(jfif, "RGB"u8)));
        Assert.Equal(JpegColor.YCbCr, Color(Name(plain, "BGR"u8)));
        Assert.Equal(JpegColor.YCbCr, Color(Name(plain, [0, 1, 2])));
        Assert.Equal(JpegColor.Rgb, Color(Adobe(plain, 0)));
        Assert.Equal(JpegColor.YCbCr, Color(Adobe(plain, 1)));
        Assert.Equal(JpegColor.YCbCr, Color(Adobe(plain, 2)));
        Assert.Equal(JpegColor.YCbCr, Color(Adobe(Name(plain, "RGB"u8), 1)));
        Assert.Equal(JpegColor.YCbCr, Color(Adobe(jfif, 0)));
        Assert.Equal(JpegColor.Rgb, Color([.. plain[..2], .. Segment(0xe0, "JFIF\0too short"u8[..11]), .. Adobe(plain, 0)[2..]]));
    }

    [Fact]
    public void WhatIsNotUnderstoodIsForeign()
    {
        JpegTools.Need();
        byte[] jpeg = JpegTools.Encode(40, 30);
        int frame = Find(jpeg, 0xc0), scan = Find(jpeg, 0xda), codes = Find(jpeg, 0xc4), steps = Find(jpeg, 0xdb);
        Assert.Equal(JpegKind.Sequential, Kind(jpeg));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, 0, 0)));
        Assert.Equal(JpegKind.Foreign, Kind([0xff, .. jpeg]));
        // Twelve bits, no height (it would come behind the scan), no width, four components, lossless, arithmetic.
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 4, 12)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 6, 0)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 8, 0)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 9, 4)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 1, 0xc3)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 1, 0xc9)));
        Assert.Equal(JpegKind.Sequential, Kind(Edit(jpeg, frame + 1, 0xc1)));
        // A table that is missing, a code that is none, a scan of a component that is not there, or of not all coefficients.
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, frame + 12, 3)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, codes + 5, 200)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, scan + 5, 9)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, scan + 6, 0x33)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, scan + 12, 62)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, scan + 13, 1)));
        Assert.Equal(JpegKind.Foreign, Kind(Edit(jpeg, steps + 4, 0x20)));
        // Two frames; a marker without a length; rubbish between segments. Fill bytes before a marker are fine.
        Assert.Equal(JpegKind.Foreign, Kind([.. jpeg[..frame], .. jpeg[frame..(frame + 19)], .. jpeg[frame..]]));
        Assert.Equal(JpegKind.Foreign, Kind([.. jpeg[..2], 0xff, 0xd0, .. jpeg[2..]]));
        Assert.Equal(JpegKind.Foreign, Kind([.. jpeg[..2], 0, .. jpeg[2..]]));
        Assert.Equal(JpegKind.Foreign, Kind([.. jpeg[..2], .. Segment(0xdc, [0, 30]), .. jpeg[2..]]));
        Assert.Equal(JpegKind.Sequential, Kind([.. jpeg[..2], 0xff, 0xff, .. jpeg[2..]]));
        Assert.Equal(JpegKind.Sequential, Kind([.. jpeg[..2], .. Segment(0xfe, "a comment"u8), .. Segment(0xe5, []), .. jpeg[2..]]));
    }

    [Fact]
    public void AHeaderCutShortIsForeignAndNothingBehindItIsRead()
    {
        JpegTools.Need();
        byte[] jpeg = WithExif(JpegTools.Encode(40, 30, "-restart", "1"), Exif(6, little: true));
        int data = Find(jpeg, 0xda) + 14;
        using var memory = new GuardedMemory(jpeg.Length);
        using var header = new JpegHeader();
        for (int length = 0; length < data; length++)
        {
            Assert.Equal(JpegKind.Foreign, header.Read(memory.AtEnd(jpeg.AsSpan(0, length)), length));
        }

        Assert.Equal(JpegKind.Sequential, header.Read(memory.AtEnd(jpeg.AsSpan(0, data)), data));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void ExifTellsTheOrientation(bool little)
    {
        JpegTools.Need();
        byte[] jpeg = JpegTools.Encode(8, 8);
        Assert.Equal(1, Orientation(jpeg));
        for (ushort value = 0; value < 12; value++)
        {
            Assert.Equal(value is >= 1 and <= 8 ? value : 1, Orientation(WithExif(jpeg, Exif(value, little))));
        }

        byte[] exif = Exif(5, little);
        for (int length = 0; length < exif.Length; length++)
        {
            Assert.Equal(1, Orientation(WithExif(jpeg, exif[..length])));
        }

        Assert.Equal(1, Orientation(WithExif(jpeg, Edit(exif, 6, (byte)'X'))));
        Assert.Equal(1, Orientation(WithExif(jpeg, Edit(exif, little ? 13 : 10, 0xff))));
        Assert.Equal(1, Orientation(WithExif(jpeg, Edit(exif, little ? 28 : 29, 7))));
        // Of two the first counts, whatever other segments of the same marker come before.
        Assert.Equal(5, Orientation(WithExif(WithExif(WithExif(jpeg, Exif(3, little)), exif), [.. "http://ns.adobe.com/xap/1.0/\0<x/>"u8])));
    }

    [Fact]
    public void NothingIsAllocatedForAnImageLikeOneBefore()
    {
        JpegTools.Need();
        EncodedSample[] samples = [.. JpegFiles.Sequential().Take(40).Select(file => Pixels.Sample(file.Jpeg))];
        using var header = new JpegHeader();
        foreach (EncodedSample sample in samples)
        {
            header.Read(sample);
        }

        Assert.Equal(0, Allocated.Least(() =>
        {
            foreach (EncodedSample sample in samples)
            {
                header.Read(sample);
            }
        }));
        foreach (EncodedSample sample in samples)
        {
            sample.Dispose();
        }
    }

    /// <summary>Caches forget: what was given out before stays right, and what comes again is made again.</summary>
    [Fact]
    public void MoreTablesThanCachesHoldAreStillRight()
    {
        using var cache = new HuffmanTableCache();
        var frames = new JpegFrameCache();
        var first = new List<ushort[]>();
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 300; i++)
            {
                byte[] definition = new byte[18];
                definition[1 + (i / 100)] = 2;
                definition[16] = (byte)i;
                definition[17] = (byte)(i + 1);
                HuffmanTable table = cache.Get(dc: false, definition)!;
                Assert.Equal(definition[16..], table.Symbols.ToArray());
                Assert.Equal(definition[..16], table.Counts.ToArray());
                Assert.Same(table, cache.Get(dc: false, definition));

                byte[] steps = [.. Enumerable.Range(0, 64).Select(k => (byte)(k + i))];
                ushort[] rows = frames.Table(steps);
                Assert.Same(rows, frames.Table(steps));
                Assert.Equal(steps[2], rows[8]);
                JpegFrame frame = frames.Frame(new ImageSize(10 + i, 20), JpegColor.YCbCr, 2, 1, rows, rows, rows);
                Assert.Same(frame, frames.Frame(new ImageSize(10 + i, 20), JpegColor.YCbCr, 2, 1, rows, rows, rows));
                Assert.Equal(10 + i, frame.Size.Width);
                Assert.Same(rows, frame.Components[2].Quantisation);
                first.Add(rows);
            }
        }

        Assert.Equal(Enumerable.Range(0, 600).Select(i => (byte)((i % 300) + 2)), first.Select(rows => (byte)rows[8]));
    }

    private static void Check(JpegKind kind, JpegColor color, int horizontal, int vertical, params string[] options)
    {
        using EncodedSample sample = Pixels.Sample(JpegTools.Encode(53, 41, options));
        using var header = new JpegHeader();
        Assert.Equal(kind, header.Read(sample));
        JpegFrame frame = header.Frame;
        Assert.Equal(new ImageSize(53, 41), frame.Size);
        Assert.Equal((color, horizontal, vertical), (frame.Color, frame.MostHorizontal, frame.MostVertical));
        Assert.Equal(color == JpegColor.Grey ? 1 : 3, frame.Components.Length);
        for (int c = 0; c < frame.Components.Length; c++)
        {
            JpegComponent component = frame.Components[c];
            (int h, int v) = c == 0 ? (1, 1) : (horizontal, vertical);
            Assert.Equal((horizontal / h, vertical / v), (component.Horizontal, component.Vertical));
            Assert.Equal((((53 + h - 1) / h) + 7) / 8, component.BlocksWide);
            Assert.Equal((((41 + v - 1) / v) + 7) / 8, component.BlocksHigh);
        }
    }

    private static JpegKind Kind(byte[] jpeg)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var header = new JpegHeader();
        return header.Read(sample);
    }

    private static JpegColor Color(byte[] jpeg)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var header = new JpegHeader();
        Assert.Equal(JpegKind.Sequential, header.Read(sample));
        return header.Frame.Color;
    }

    private static int Orientation(byte[] jpeg)
    {
        using EncodedSample sample = Pixels.Sample(jpeg);
        using var header = new JpegHeader();
        Assert.Equal(JpegKind.Sequential, header.Read(sample));
        return header.Orientation;
    }

    private static int Find(byte[] jpeg, byte marker) => jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, marker]);

    private static byte[] Edit(byte[] bytes, int at, byte value)
    {
        byte[] edited = [.. bytes];
        edited[at] = value;
        return edited;
    }

    /// <summary>Gives the components other identifiers.</summary>
    private static byte[] Name(byte[] jpeg, ReadOnlySpan<byte> ids)
    {
        byte[] named = [.. jpeg];
        for (int c = 0; c < 3; c++)
        {
            named[Find(jpeg, 0xc0) + 10 + (3 * c)] = ids[c];
            named[Find(jpeg, 0xda) + 5 + (2 * c)] = ids[c];
        }

        return named;
    }

    private static byte[] Segment(byte marker, ReadOnlySpan<byte> content) =>
        [0xff, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] Adobe(byte[] jpeg, byte transform) =>
        [.. jpeg[..2], .. Segment(0xee, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, transform]), .. jpeg[2..]];

    private static byte[] WithExif(byte[] jpeg, byte[] exif) => [.. jpeg[..2], .. Segment(0xe1, exif), .. jpeg[2..]];

    /// <summary>An EXIF segment of two tags, the second of which is the orientation.</summary>
    private static byte[] Exif(ushort orientation, bool little)
    {
        byte[] Word(ushort value) => little ? [(byte)value, (byte)(value >> 8)] : [(byte)(value >> 8), (byte)value];
        byte[] Long(uint value)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, little ? value : BinaryPrimitives.ReverseEndianness(value));
            return bytes;
        }

        return
        [
            .. "Exif\0\0"u8, .. little ? "II"u8 : "MM"u8, .. Word(42), .. Long(8), .. Word(2),
            .. Word(0x0100), .. Word(4), .. Long(1), .. Long(8),
            .. Word(0x0112), .. Word(3), .. Long(1), .. Word(orientation), .. Word(0),
        ];
    }
}
