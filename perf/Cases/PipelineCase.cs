using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// The whole pipeline with one worker (read, decode, random resized crop to 224, flip, batches in order), against Pillow doing
/// the same in a Python process. Processor time on both sides, so images a second a core. Then on all cores
/// (<see cref="DataLoaderCase"/>, <see cref="ScalingCase"/>), at the borders of epochs (<see cref="FlowCase"/>), and over time (<see cref="SteadyCase"/>).
/// </summary>
internal sealed class PipelineCase : IPerfCase
{
    private const int Size = 224, Rounds = 7, BatchSize = 50;
    private const string Sample = "imagenet-sample-500.tar";

    public string Name => "pipeline";

    public string Description => "images a second a core of the pipeline, one worker, RRC 224 and flip, against Pillow in Python";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample);
        using ISampleSource source = SampleSources.Open(tar);
        int images = (int)source.Count / BatchSize * BatchSize;
        using var peer = new PeerProcess("pillow_rrc.py", tar, $"{Size}");
        log.WriteLine($"{images} images a round, {Rounds} rounds");
        Harness.Rounds seconds = Harness.Rounds.Interleave(Rounds, () => CpuTime.Of(() => Epochs(source, 1)), () => peer.Work(images));
        return
        [
            Figure.Of("ratio", "1", seconds.Ratios.Select(ratio => 1 / ratio)),
            Figure.Of("imagesPerCoreSecond", "{image}/s", seconds.A.Select(second => images / second)),
            Figure.Of("pillowImagesPerCoreSecond", "{image}/s", seconds.B.Select(second => images / second)),
            Figure.Of("allocation", "By", Enumerable.Range(0, 3).Select(_ => AllocationPerImage(source, images))),
            .. new DataLoaderCase().Run(log),
            .. new ScalingCase().Run(log),
            .. new FlowCase().Run(log),
            .. new SteadyCase().Run(log),
        ];
    }

    /// <summary>Four epochs less one: what the start allocates, once a run, falls out.</summary>
    private static double AllocationPerImage(ISampleSource source, int images)
    {
        long one = Allocated(1), four = Allocated(4);
        return (four - one) / (3.0 * images);

        long Allocated(int epochs)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            Epochs(source, epochs);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }
    }

    private static void Epochs(ISampleSource source, int epochs)
    {
        var data = new DataOptions { Workers = 1, Readers = 1 };
        var augment = new AugmentOptions { Size = Size };
        var plan = PipelinePlan.ForTraining(seed: 1, BatchSize, new ImageSize(Size, Size), epochs, step: 0, source.Count);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(augment, exifOrientation: false), data, plan, new NativeBatchMemory(), NullLogger.Instance);
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            batch.Dispose();
        }
    }
}
