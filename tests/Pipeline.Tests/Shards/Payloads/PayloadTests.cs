using System.Buffers;
using CsCheck;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards.Payloads;

/// <summary>Both payloads give back the coefficients, of whole images and of windows, at every width of vectors.</summary>
[Trait(VectorLevelTests.Trait, VectorLevelTests.Sensitive)]
public sealed unsafe class PayloadTests
{
    /// <summary>What 8-bit samples can make: DC differences then are below 2048.</summary>
    private const int Most = 1023;

    [Fact]
    public void CoefficientsOfAnyImage() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        using CoefficientImage image = PayloadImages.Image(random, random.Next(2) == 0 ? Most : 32768);
        byte[] payload = PayloadImages.Coefficients(image);
        using var memory = new GuardedMemory(payload.Length);
        byte* at = memory.AtEnd(payload);
        foreach (VectorLevel level in VectorLevels.Available)
        {
            using var scan = new CoefficientScan(level);
            Assert.True(scan.TryOpen(at, payload.Length, out JpegFrame? frame));
            PayloadImages.AssertFrame(image.Frame, frame);
            PayloadImages.AssertWindow(scan, image, PayloadImages.Whole(frame), $"{level}");
            for (int i = 0; i < 3; i++)
            {
                McuWindow window = PayloadImages.Window(random, frame);
                PayloadImages.AssertWindow(scan, image, window, $"{level} {window}");
            }
        }
    }, iter: 200);

    [Fact]
    public void IndexedOfAnyImage() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        using CoefficientImage image = PayloadImages.Image(random, Most);
        using IndexedTables tables = IndexedTables.Learn([PayloadImages.Statistics(image)], 1);
        byte[] payload = PayloadImages.Indexed(image, tables);
        using var memory = new GuardedMemory(payload.Length);
        byte* at = memory.AtEnd(payload);
        using var scan = new IndexedScan();
        Assert.True(scan.TryOpen(at, payload.Length, tables, out JpegFrame? frame));
        PayloadImages.AssertFrame(image.Frame, frame);
        PayloadImages.AssertWindow(scan, image, PayloadImages.Whole(frame), "whole");
        for (int i = 0; i < 3; i++)
        {
            McuWindow window = PayloadImages.Window(random, frame);
            PayloadImages.AssertWindow(scan, image, window, $"{window}");
        }
    }, iter: 200);

    [Fact]
    public void OnlyTheRangesOfAWindowAreRead() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        using CoefficientImage image = PayloadImages.Image(random, Most);
        using IndexedTables tables = IndexedTables.Learn([PayloadImages.Statistics(image)], 1);
        McuWindow window = PayloadImages.Window(random, image.Frame);
        var ranges = new PayloadRange[window.Bottom - window.Top];
        byte[] payload = PayloadImages.Coefficients(image), small = PayloadImages.Indexed(image, tables);
        using var scan = new CoefficientScan();
        using var indexed = new IndexedScan();
        fixed (byte* at = payload, smallAt = small)
        {
            Assert.True(scan.TryOpen(at, payload.Length, out _) && scan.RangesFor(window, ranges));
            Spoil(payload, scan.HeadLength, ranges);
            PayloadImages.AssertWindow(scan, image, window, $"{window}");
            Assert.True(indexed.TryOpen(smallAt, small.Length, tables, out _) && indexed.RangesFor(window, ranges));
            Spoil(small, indexed.HeadLength, ranges);
            PayloadImages.AssertWindow(indexed, image, window, $"{window}, indexed");
        }
    });

    [Fact]
    public void WhatHasNoCodeIsRefused()
    {
        using var image = new CoefficientImage();
        image.Reserve(PayloadImages.Frame(new Random(1)));
        using IndexedTables tables = IndexedTables.Learn([PayloadImages.Statistics(image)], 1);
        var output = new ArrayBufferWriter<byte>();
        var writer = new IndexedPayload();
        Assert.True(writer.TryEncode(image, tables, output));
        output.Clear();
        foreach ((int place, short value) in ((int, short)[])[(1, 1), (5, 1024), (63, -1024), (0, 2048), (0, -2048), (9, short.MinValue)])
        {
            new Span<short>(image.Blocks(0, 0), 64).Clear();
            image.Blocks(0, 0)[place] = value;
            Assert.False(writer.TryEncode(image, tables, output));
            Assert.Equal(0, output.WrittenCount);
            Assert.Equal(value == 1, new IndexedStatistics().TryAdd(image));
        }
    }

    [Fact]
    public void OpeningAgainAllocatesNothing()
    {
        using CoefficientImage image = PayloadImages.Image(new Random(3), Most);
        using IndexedTables tables = IndexedTables.Learn([PayloadImages.Statistics(image)], 1);
        byte[] payload = PayloadImages.Coefficients(image), small = PayloadImages.Indexed(image, tables);
        using var scan = new CoefficientScan();
        using var indexed = new IndexedScan();
        using var row = new CoefficientRow();
        fixed (byte* at = payload, smallAt = small)
        {
            (nint first, nint second) = ((nint)at, (nint)smallAt);
            Assert.Equal(0, Allocated.Least(() =>
            {
                Assert.True(scan.TryOpen((byte*)first, payload.Length, out JpegFrame? frame) && indexed.TryOpen((byte*)second, small.Length, tables, out _));
                McuWindow window = PayloadImages.Whole(frame);
                row.Reserve(frame, window);
                scan.Start(window);
                indexed.Start(window);
                bool read = true;
                for (int y = 0; y < window.Bottom; y++)
                {
                    read &= scan.Read(row) && indexed.Read(row);
                }

                Assert.True(read);
            }));
        }
    }

    /// <summary>Makes all bytes that are not needed something else.</summary>
    private static void Spoil(byte[] payload, int head, PayloadRange[] ranges)
    {
        for (int i = head; i < payload.Length; i++)
        {
            if (!ranges.Any(range => i >= range.Offset && i < range.Offset + range.Length))
            {
                payload[i] ^= 0xff;
            }
        }
    }
}
