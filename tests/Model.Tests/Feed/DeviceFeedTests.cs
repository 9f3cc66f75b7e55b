using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Tests.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Tests.Feed;

/// <summary>From bytes to the numbers that a network sees: normalised, lit, erased.</summary>
public sealed class DeviceFeedTests
{
    private const int BatchSize = 16;

    private static readonly DataOptions s_data = new();

    [Fact]
    public void NormalisedNumbersAreTimms()
    {
        string file = TestPaths.GoldenFile("augment", "normalise.safetensors");
        Assert.SkipUnless(File.Exists(file), $"{file} is missing");
        var golden = new SafetensorsFile(file);
        using var scope = NewDisposeScope();
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std);
        // A column of all values, alike in the three channels.
        byte[] values = [.. Enumerable.Range(0, 256).SelectMany(value => Enumerable.Repeat((byte)value, 3))];
        Tensor images = feed.Normalise(tensor(values, [1, 256, 1, 3]));
        Assert.Equal([3, 256], golden.Shape("prefetch"));
        Assert.Equal(golden.Read<float>("prefetch"), images.contiguous().data<float>().ToArray());
    }

    [Fact]
    public void LightingShiftsChannelsBeforeTheyAreDivided()
    {
        using var data = new TinyData();
        Each(data, new AugmentOptions { Size = TinyData.Side, Lighting = 0.5 }, (feed, batch, plain, images) =>
        {
            for (int row = 0; row < batch.Count; row++)
            {
                float[] shift = batch.Adjustments.LightingOf(row).ToArray();
                Assert.Contains(shift, value => value != 0);
                for (int channel = 0; channel < 3; channel++)
                {
                    Tensor moved = images[row][channel] - plain[row][channel];
                    Assert.True(allclose(moved, full_like(moved, shift[channel] / s_data.Std[channel]), 1e-5, 1e-5));
                }
            }
        });
    }

    [Theory]
    [InlineData(ErasingMode.Const)]
    [InlineData(ErasingMode.Rand)]
    [InlineData(ErasingMode.Pixel)]
    public void RectanglesAreFilledAndNothingElse(ErasingMode mode)
    {
        using var data = new TinyData();
        var options = new AugmentOptions { Size = TinyData.Side, ErasingProb = 0.5, ErasingMode = mode, ErasingCount = 2 };
        int erased = 0, rows = 0;
        List<float> filled = [];
        Each(data, options, (feed, batch, plain, images) =>
        {
            for (int row = 0; row < batch.Count; row++, rows++)
            {
                Tensor outside = ones(TinyData.Side, TinyData.Side, dtype: ScalarType.Bool);
                CropBox[] boxes = batch.Adjustments.ErasedOf(row).ToArray();
                foreach (CropBox box in boxes)
                {
                    outside.narrow(0, box.Top, box.Height).narrow(1, box.Left, box.Width).fill_(false);
                }

                erased += boxes.Length > 0 ? 1 : 0;
                Assert.True(images[row].masked_select(outside).Equals(plain[row].masked_select(outside)));
                filled.AddRange(images[row].masked_select(outside.logical_not()).contiguous().data<float>().ToArray());
                if (mode == ErasingMode.Rand && boxes.Length > 0)
                {
                    // The last one is on top.
                    Tensor last = images[row].narrow(1, boxes[^1].Top, boxes[^1].Height).narrow(2, boxes[^1].Left, boxes[^1].Width);
                    Assert.True(last.amax(1, 2).Equals(last.amin(1, 2)));
                    Assert.Equal(3, last.amax(1, 2).contiguous().data<float>().ToArray().Distinct().Count());
                }
            }
        });
        Assert.InRange(erased, rows / 4, 3 * rows / 4);
        if (mode == ErasingMode.Const)
        {
            Assert.All(filled, value => Assert.Equal(0, value));
        }
        else if (mode == ErasingMode.Pixel)
        {
            Assert.Equal(filled.Count, filled.Distinct().Count(), filled.Count * 0.01);
            Assert.Equal(0, filled.Average(), 0.1);
            Assert.Equal(1, filled.Average(value => value * value), 0.1);
        }
    }

    /// <summary>What is filled depends on the sample's place alone: not on where the pipeline starts, nor on what else draws, nor on how
    /// a batch is cut into passes.</summary>
    [Fact]
    public void AResumedRunFillsTheSame()
    {
        using var data = new TinyData();
        var options = new AugmentOptions { Size = TinyData.Side, ErasingProb = 1, Lighting = 0.1 };
        List<float[]> all = Numbers(data, options, step: 0, pass: BatchSize), late = Numbers(data, options, step: 3, pass: 4);
        Assert.True(all.Count > 4);
        Assert.Equal(all.Skip(3), late);
    }

    private static List<float[]> Numbers(TinyData data, AugmentOptions options, long step, int pass)
    {
        List<float[]> result = [];
        Run(data, options, step, (feed, batch) =>
        {
            Tensor images = feed.Normalise(feed.Pixels(batch));
            for (int first = 0; first < batch.Count; first += pass)
            {
                rand(7);
                feed.Adjust(images.narrow(0, first, pass), batch, first);
            }

            result.Add(images.contiguous().data<float>().ToArray());
        });
        return result;
    }

    private static void Each(TinyData data, AugmentOptions options, Action<DeviceFeed, Batch, Tensor, Tensor> check) =>
        Run(data, options, 0, (feed, batch) =>
        {
            Tensor plain = feed.Normalise(feed.Pixels(batch)), images = plain.clone();
            feed.Adjust(images, batch);
            check(feed, batch, plain, images);
        });

    private static void Run(TinyData data, AugmentOptions options, long step, Action<DeviceFeed, Batch> work)
    {
        using ISampleSource source = SampleSources.Open(data.Train);
        PipelinePlan plan = PipelinePlan.ForTraining(7, BatchSize, new ImageSize(options.Size, options.Size), 2, step, source.Count) with { Augment = options };
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(options, false), new DataOptions { Workers = 2 }, plan, new TensorBatchMemory(CPU), NullLogger.Instance);
        using var feed = new DeviceFeed(CPU, s_data.Mean, s_data.Std);
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            using var scope = NewDisposeScope();
            work(feed, batch);
            batch.Dispose();
        }
    }
}
