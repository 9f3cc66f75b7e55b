using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Sizes of training images that change with the epoch.</summary>
public sealed class SizeScheduleTests
{
    /// <summary>Values of FFCV's formula (<c>train_imagenet.py</c>, <c>get_resolution</c>), with NumPy's rounding of halves to even.</summary>
    [Fact]
    public void ARampIsFfcvs()
    {
        SizeSchedule sizes = Parse("ramp(160, 192, 65, 76)");
        Assert.Equal([160, 160, 160, 160, 160, 192, 192, 192], ((long[])[0, 65, 66, 69, 70, 71, 76, 87]).Select(sizes.At));
        Assert.Equal((160, 192), (sizes.Smallest, sizes.Largest));
        Assert.Equal([160, 192], sizes.Over(88).Order());
        Assert.Equal([160], sizes.Over(66).Order());
        // 144 and 208 lie between two multiples: the even one is taken.
        Assert.Equal([112, 128, 128, 160, 192, 192, 192, 224], Enumerable.Range(0, 8).Select(epoch => Parse("ramp(112, 224, 0, 7)").At(epoch)));
        Assert.Equal(128, Parse("ramp(128, 160, 0, 2)").At(1));
        // A multiple beyond the ends is none of the sizes.
        Assert.Equal(180, Parse("ramp(128, 180, 0, 100)").At(99));
        Assert.Equal([224, 192, 160, 128], ((long[])[0, 1, 2, 3]).Select(Parse("ramp(224, 128, 0, 3)").At));
    }

    [Fact]
    public void StepsHoldUntilTheNext()
    {
        SizeSchedule sizes = Parse("steps(0:128, 6:160, 12:96)");
        Assert.Equal([128, 128, 160, 160, 96, 96], ((long[])[0, 5, 6, 11, 12, 1000]).Select(sizes.At));
        Assert.Equal((96, 160), (sizes.Smallest, sizes.Largest));
        Assert.Equal("steps(0:128, 6:160, 12:96)", sizes.ToString());
        Assert.Equal(sizes, Parse("steps(0:128,6:160,12:96)"));
        Assert.NotEqual(sizes, Parse("steps(0:128, 6:160)"));
    }

    [Theory]
    [InlineData("ramp(160, 192, 65)")]
    [InlineData("ramp(160, 192, 65, 65)")]
    [InlineData("ramp(0, 192, 6, 65)")]
    [InlineData("steps(1:128)")]
    [InlineData("steps(0:128, 6:160, 6:192)")]
    [InlineData("steps(0:128, 6)")]
    [InlineData("steps()")]
    [InlineData("steps(0:0)")]
    [InlineData("128")]
    [InlineData("steps(0:99999999999)")]
    public void WhatIsNoneIsRefused(string text) => Assert.False(SizeSchedule.TryParse(text, out _));

    /// <summary>Every batch is that of a pipeline whose images have always its size, wherever a run starts, for any number of workers
    /// and shared by any number of ranks.</summary>
    [Theory]
    [InlineData(1, 1, 0)]
    [InlineData(3, 2, 3)]
    [InlineData(2, 3, 5)]
    public void ABatchIsThatOfItsSizeAlone(int workers, int ranks, long start)
    {
        using var set = new ImageKinds(Directory.GetFiles(TestPaths.GoldenFile("resize", "jpeg"), "*.JPEG").Order(StringComparer.Ordinal).Take(12).Select(File.ReadAllBytes));
        using ISampleSource source = SampleSources.Open(set.Folder);
        var augment = new AugmentOptions { Size = 64, Sizes = Parse("steps(0:32, 1:64, 2:48)"), AutoAugment = "rand-m7-mstd0.5-inc1", ErasingProb = 1 };
        PipelinePlan plan = new PipelinePlan { Seed = 4, BatchSize = 6 / ranks, Epochs = 3, ImageSize = new ImageSize(64, 64), Augment = augment, WorldSize = ranks };
        List<string>[] parts = [.. Enumerable.Range(0, ranks).Select(rank => Rows(plan with { Sizes = augment.Sizes, Rank = rank }, augment, start))];
        Assert.All(parts, part => Assert.Equal(2 * 3 - (int)start, part.Count / (6 / ranks)));
        for (long epoch = start / 2; epoch < 3; epoch++)
        {
            int side = augment.Sizes!.At(epoch);
            AugmentOptions alone = augment with { Size = side, Sizes = null };
            for (int rank = 0; rank < ranks; rank++)
            {
                List<string> expected = Rows(plan with { ImageSize = new ImageSize(side, side), Augment = alone, Rank = rank }, alone, Math.Max(start, 2 * epoch), until: 2 * epoch + 2);
                Assert.Equal(expected, parts[rank].Where(row => row.StartsWith($"{epoch}.", StringComparison.Ordinal)));
            }
        }

        unsafe List<string> Rows(PipelinePlan own, AugmentOptions options, long from, long until = 6)
        {
            using var pipeline = new ImagePipeline(
                source, () => new TrainTransform(options, false), new DataOptions { Workers = workers }, own.After(from, source.Count), new NativeBatchMemory(), NullLogger.Instance);
            var rows = new List<string>();
            for (; from < until; from++)
            {
                using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
                int bytes = 3 * batch.ImageSize.Width * batch.ImageSize.Height;
                for (int row = 0; row < batch.Count; row++)
                {
                    string pixels = Convert.ToHexString(SHA256.HashData(new ReadOnlySpan<byte>(batch.Buffer.Pointer + (long)row * bytes, bytes)));
                    rows.Add($"{batch.Epoch}.{batch.IndexInEpoch} {batch.ImageSize} {batch.Indices[row]} {string.Join(' ', batch.Adjustments.ErasedOf(row).ToArray())} {pixels}");
                }
            }

            return rows;
        }
    }

    private static SizeSchedule Parse(string text) => SizeSchedule.TryParse(text, out SizeSchedule? sizes) ? sizes! : throw new InvalidOperationException(text);
}
