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
/// What flows between the stages: the pause at an epoch's border with a device that takes 10 ms a step, and what dealing a position
/// costs in each order.
/// </summary>
internal sealed class FlowCase : IPerfCase
{
    private const int Size = 64, BatchSize = 8, Rounds = 5;

    public string Name => "flow";

    public string Description => "pause at an epoch's border with a device of 10 ms a step, and the cost of a position in each order";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using ISampleSource source = SampleSources.Open($"{PerfData.File("imagenet-sample-500.tar")}?holdout=452&part=train");
        return
        [
            Figure.Of("epoch_pause_ms", "ms", Enumerable.Range(0, Rounds).Select(_ => Pause(source))),
            Figure.Of("position_full", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(default, 0))),
            Figure.Of("position_blocks", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(new Shuffle(256, 16384), 0))),
            Figure.Of("position_repeated", "ns", Enumerable.Range(0, Rounds).Select(_ => Position(default, 3))),
        ];
    }

    /// <summary>The median wait for an epoch's first batch, of thirty epochs of six: a longer one now and then is the machine's.</summary>
    private static double Pause(ISampleSource source)
    {
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs: 30, step: 0, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions(), plan, new NativeBatchMemory(), NullLogger.Instance);
        List<double> waits = [];
        while (true)
        {
            long start = Stopwatch.GetTimestamp();
            if (pipeline.Take(CancellationToken.None) is not { } batch)
            {
                return Figure.Of("wait", "ms", waits).Value;
            }

            if (batch.IndexInEpoch == 0 && batch.Epoch > 0)
            {
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            Thread.Sleep(10);
            batch.Dispose();
        }
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
}
