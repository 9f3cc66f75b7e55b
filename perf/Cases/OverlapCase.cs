using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Feed;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using static TorchSharp.torch;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// How long a device waits for data that come from a pipeline 1.2 times as fast as it is, and how much of its copies lies beside its
/// computing. The device is simulated (<see cref="SimulatedDevice"/>); the pipeline, the feed and the order of things are the trainer's,
/// with real decoding on the same cores.
/// </summary>
internal sealed class OverlapCase : IPerfCase
{
    private const int Size = 224, BatchSize = 64, Rounds = 5, Steps = 250, Repeat = 40;
    private const double Faster = 1.2, LinkBytesPerSecond = 12e9;
    private const string Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";

    public string Name => "overlap";

    public string Description => "a simulated device's wait for data from a pipeline 1.2 times as fast, and its copies beside its steps";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using ISampleSource source = SampleSources.Open($"{PerfData.File(Sample)}?repeat={Repeat}");
        var waits = new double[Rounds];
        var overlaps = new double[Rounds];
        var steps = new double[Rounds];
        for (int round = -1; round < Rounds; round++)
        {
            // In the same minute: what the pipeline makes changes with the machine.
            double step = Faster * SecondsPerBatch(source);
            (double wait, double overlap) = Device(source, step);
            if (round >= 0)
            {
                (waits[round], overlaps[round], steps[round]) = (wait, overlap, 1e3 * step);
            }
        }

        log.WriteLine($"{Rounds} rounds of {Steps} steps of {BatchSize} images");
        return [Figure.Of("wait_share", "1", waits), Figure.Of("overlap", "1", overlaps), Figure.Of("step_ms", "ms", steps)];
    }

    /// <summary>What the pipeline takes for a batch where nobody is slower than it.</summary>
    private static double SecondsPerBatch(ISampleSource source)
    {
        using ImagePipeline pipeline = Open(source);
        Skip(pipeline, 2 * Environment.ProcessorCount);
        long start = Stopwatch.GetTimestamp();
        Skip(pipeline, Steps / 2);
        return Stopwatch.GetElapsedTime(start).TotalSeconds / (Steps / 2);
    }

    private static (double WaitShare, double Overlap) Device(ISampleSource source, double step)
    {
        using ImagePipeline pipeline = Open(source);
        var device = new SimulatedDevice(LinkBytesPerSecond);
        using var feed = new DeviceFeed(CPU, new DataOptions().Mean, new DataOptions().Std, device);
        var batches = new StagedBatches(pipeline, feed);
        // The first batch is waited for by anybody.
        One(batches, feed, device, step);
        double waited = 0, copying = device.Copying, exposed = device.Exposed;
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < Steps; i++)
        {
            waited += One(batches, feed, device, step);
        }

        return (waited / Stopwatch.GetElapsedTime(start).TotalSeconds, 1 - (device.Exposed - exposed) / (device.Copying - copying));
    }

    /// <summary>A step; gives the seconds that the device waited for its batch.</summary>
    private static double One(StagedBatches batches, DeviceFeed feed, SimulatedDevice device, double step)
    {
        using var scope = NewDisposeScope();
        long start = Stopwatch.GetTimestamp();
        using Batch batch = batches.Take(CancellationToken.None)!;
        _ = feed.Pixels(batch);
        double waited = Stopwatch.GetElapsedTime(start).TotalSeconds;
        batch.Dispose();
        device.Step(step, batches.StageNext);
        return waited;
    }

    private static void Skip(ImagePipeline pipeline, int batches)
    {
        for (int i = 0; i < batches; i++)
        {
            pipeline.Take(CancellationToken.None)!.Dispose();
        }
    }

    private static ImagePipeline Open(ISampleSource source)
    {
        var augment = new AugmentOptions { Size = Size, AutoAugment = Policy };
        PipelinePlan plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), int.MaxValue, step: 0, source.Count);
        return new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions { Workers = Environment.ProcessorCount }, plan, new TensorBatchMemory(CPU), NullLogger.Instance);
    }
}
