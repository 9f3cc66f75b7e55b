using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// What a second core brings: the whole pipeline with A2's transform, all its threads bound to one core (one worker), then to two
/// (two workers). Where that is less than twice, the other figures say why: processor time that an image costs more with a
/// neighbour on the other core (caches, memory, clock), and what two threads copy out of the cache over what one does.
/// </summary>
internal sealed class ScalingCase : IPerfCase
{
    private const int Size = 224, Rounds = 7, BatchSize = 50, Epochs = 16, CopyBytes = 128 << 20;
    private const string Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";

    public string Name => "scaling";

    public string Description => "the pipeline's threads bound to one core, then to two";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        using ISampleSource source = SampleSources.Open(PerfData.File(Sample));
        log.WriteLine($"{Epochs * source.Count} images a round, {Rounds} rounds");
        var processor = new List<(int Cores, double Seconds)>();
        double[][] seconds = Harness.Rounds.Interleave(Rounds, [() => On(1), () => On(2), () => Copies(1), () => Copies(2)]);
        double[] one = Last(1), two = Last(2);
        return
        [
            Over("scaling", seconds[0], seconds[1]),
            Over("scaling_processor_time", two, one),
            Figure.Of("scaling_copy", "1", seconds[2].Zip(seconds[3], (alone, both) => 2 * alone / both)),
        ];

        double On(int cores) => Cores.Run(cores, () =>
        {
            long start = Stopwatch.GetTimestamp();
            processor.Add((cores, CpuTime.Of(() => Take(source, cores))));
            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        });

        double[] Last(int cores) => [.. processor.Where(each => each.Cores == cores).Select(each => each.Seconds).TakeLast(Rounds)];
    }

    private static Figure Over(string name, double[] a, double[] b) => Figure.Of(name, "1", a.Zip(b, (x, y) => x / y));

    private static void Take(ISampleSource source, int workers)
    {
        var augment = new AugmentOptions { Size = Size, AutoAugment = Policy };
        PipelinePlan plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), Epochs, step: 0, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), new DataOptions { Workers = workers }, plan, new NativeBatchMemory(), NullLogger.Instance);
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            batch.Dispose();
        }
    }

    /// <summary>Seconds in which each of so many threads copies a buffer that no cache holds.</summary>
    private static double Copies(int threads) => Cores.Run(threads, () =>
    {
        (byte[] From, byte[] To)[] buffers = [.. Enumerable.Range(0, threads).Select(_ => (new byte[CopyBytes], new byte[CopyBytes]))];
        Array.ForEach(buffers, pair => pair.From.CopyTo(pair.To, 0));
        long start = Stopwatch.GetTimestamp();
        Thread[] copying = [.. buffers.Select(pair => new Thread(() =>
        {
            for (int i = 0; i < 4; i++)
            {
                pair.From.CopyTo(pair.To, 0);
            }
        }))];
        Array.ForEach(copying, thread => thread.Start());
        Array.ForEach(copying, thread => thread.Join());
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });
}
