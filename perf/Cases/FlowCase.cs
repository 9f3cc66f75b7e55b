using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// What flows between the stages: the pause at an epoch's border with a device that takes 10 ms a step, the memory of an order of
/// 10^9 samples, and what dealing a position costs in each order.
/// </summary>
internal sealed class FlowCase : IPerfCase
{
    private const int Size = 64, BatchSize = 8, Rounds = 5;
    private const long Billion = 1_000_000_000;

    public string Name => "flow";

    public string Description => "pause at an epoch's border, memory of a billion samples' order, cost of a position";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using ISampleSource source = SampleSources.Open($"{PerfData.File("imagenet-sample-500.tar")}?holdout=452&part=train");
        return
        [
            Figure.Of("epochPause", "ms", Enumerable.Range(0, Rounds).Select(_ => Pause(source))),
            Figure.Of("billionMemory", "By", Enumerable.Range(0, Rounds).Select(_ => (double)Memory())),
            Figure.Of("positionFull", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(default, 0))),
            Figure.Of("positionBlocks", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(new Shuffle(256, 16384), 0))),
            Figure.Of("positionRepeated", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(default, 3))),
        ];
    }

    /// <summary>The longest wait for an epoch's first batch, of thirty epochs of six.</summary>
    private static double Pause(ISampleSource source)
    {
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs: 30, step: 0, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions(), plan, new NativeBatchMemory(), NullLogger.Instance);
        double longest = 0;
        while (true)
        {
            long start = Stopwatch.GetTimestamp();
            if (pipeline.Take(CancellationToken.None) is not { } batch)
            {
                return longest;
            }

            if (batch.IndexInEpoch == 0 && batch.Epoch > 0)
            {
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            Thread.Sleep(10);
            batch.Dispose();
        }
    }

    /// <summary>Managed and private memory that a pipeline over a billion samples takes, its ring of 2 MB included.</summary>
    private static long Memory()
    {
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        process.Refresh();
        long before = process.PrivateMemorySize64;
        var plan = PipelinePlan.ForTraining(seed: 1, 64, new ImageSize(32, 32), epochs: 1, step: 7_000_000, Billion);
        var data = new DataOptions { RingMemory = new ByteSize(2 << 20), AugRepeats = 3, Workers = 2, Readers = 2 };
        using var source = new Synthetic();
        using var pipeline = new ImagePipeline(source, () => new Zeros(), data, plan, new NativeBatchMemory(), NullLogger.Instance);
        for (int i = 0; i < 200; i++)
        {
            pipeline.Take(CancellationToken.None)!.Dispose();
        }

        GC.Collect();
        process.Refresh();
        return Math.Max(0, process.PrivateMemorySize64 - before);
    }

    private static double Position(Shuffle shuffle, int repeats)
    {
        const int Positions = 1_000_000;
        var plan = new PipelinePlan { BatchSize = 256, ImageSize = new ImageSize(1, 1), Shuffle = shuffle, AugRepeats = repeats };
        EpochOrder order = plan.OrderOf(1_281_167, 0);
        long sum = 0;
        double seconds = CpuTime.Of(() =>
        {
            for (int i = 0; i < Positions; i++)
            {
                sum += order[i];
            }
        });
        return sum < 0 ? 0 : 1e9 * seconds / Positions;
    }

    private sealed class Synthetic : ISampleSource
    {
        public string Name => "synthetic";

        public long Count => Billion;

        public IReadOnlyList<string> ClassNames { get; } = ["0"];

        public int LabelOf(long index) => 0;

        public string NameOf(long index) => "synthetic";

        public void Read(long index, EncodedSample sample) => sample.Reserve(8);

        public void Dispose()
        {
        }
    }

    private sealed class Zeros : IImageTransform
    {
        public ImageSize OutputSize => new(32, 32);

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing) => destination.Clear();

        public void Dispose()
        {
        }
    }
}
