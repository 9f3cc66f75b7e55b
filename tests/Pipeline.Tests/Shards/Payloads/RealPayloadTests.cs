using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Shards.Payloads;

/// <summary>Payloads of all images of the ImageNet sample, and how large they are.</summary>
public sealed unsafe class RealPayloadTests
{
    [Fact]
    public void GiveBackWhatTheyWereMadeOf()
    {
        List<CoefficientScan> scans = [.. VectorLevels.Available.Select(level => new CoefficientScan(level))];
        using var indexedScan = new IndexedScan();
        var statistics = new List<IndexedStatistics>();
        long original = 0, coefficients = 0, indexed = 0;
        foreach ((long _, int length, CoefficientImage image) in PayloadImages.Sample())
        {
            statistics.Add(PayloadImages.Statistics(image));
            original += length;
        }

        using IndexedTables tables = IndexedTables.Learn(statistics, 4);
        foreach ((long number, int _, CoefficientImage image) in PayloadImages.Sample())
        {
            var random = new Random((int)number);
            byte[] payload = PayloadImages.Coefficients(image), small = PayloadImages.Indexed(image, tables);
            coefficients += payload.Length;
            indexed += small.Length;
            fixed (byte* at = payload, smallAt = small)
            {
                Assert.True(indexedScan.TryOpen(smallAt, small.Length, tables, out JpegFrame? frame));
                PayloadImages.AssertFrame(image.Frame, frame);
                McuWindow window = PayloadImages.Window(random, frame);
                PayloadImages.AssertWindow(indexedScan, image, PayloadImages.Whole(frame), $"image {number}, indexed");
                PayloadImages.AssertWindow(indexedScan, image, window, $"image {number} {window}, indexed");
                foreach (CoefficientScan scan in scans)
                {
                    Assert.True(scan.TryOpen(at, payload.Length, out frame));
                    PayloadImages.AssertFrame(image.Frame, frame);
                    PayloadImages.AssertWindow(scan, image, PayloadImages.Whole(frame), $"image {number}");
                    PayloadImages.AssertWindow(scan, image, window, $"image {number} {window}");
                }
            }
        }

        scans.ForEach(scan => scan.Dispose());
        Assert.InRange((double)coefficients / original, 0.5, 1.30);
        Assert.InRange((double)(indexed + tables.Write().Length) / original, 0.5, 1.02);
    }
}
