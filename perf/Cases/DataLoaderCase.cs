using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Perf.Harness;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Perf.Cases;

/// <summary>
/// The whole pipeline as the trainer sees it, on all cores, with A2's transform: wall time from files to batches, against timm's way
/// (Pillow in a torch DataLoader's workers, as many as cores) and WebDataset's (a tar stream with a shuffle buffer, likewise). Both sides
/// draw for themselves. An epoch is the sample's images several times, and starting our threads counts; the peers' workers stay.
/// </summary>
internal sealed class DataLoaderCase : IPerfCase
{
    private const int Size = 224, Rounds = 7, BatchSize = 50, Repeat = 3;
    private const string Sample = "imagenet-sample-500.tar", Policy = "rand-m7-mstd0.5-inc1";

    public string Name => "dataloader";

    public string Description => "the pipeline on all cores with A2's transform against torch's DataLoader and a tar stream; collections";

    public IReadOnlyList<Figure> Run(TextWriter log)
    {
        string tar = PerfData.File(Sample), folder = Directory.CreateTempSubdirectory("streamtrainer-perf-").FullName;
        try
        {
            using ISampleSource original = SampleSources.Open($"{tar}?repeat={Repeat}");
            using (ISampleSource once = SampleSources.Open(tar))
            {
                ShardPacker.Pack(once, folder, new PackOptions(), Environment.ProcessorCount, null, CancellationToken.None);
            }

            using ISampleSource shards = SampleSources.Open($"{folder}?repeat={Repeat}");
            int cores = Environment.ProcessorCount, images = (int)original.Count / BatchSize * BatchSize;
            string[] numbers = [$"{Size}", $"{BatchSize}", $"{cores}", $"{images}"];
            using var loader = new PeerProcess("dataloader.py", ["map", tar, .. numbers]);
            using var stream = new PeerProcess("dataloader.py", ["web", tar, .. numbers]);
            log.WriteLine($"{images} images an epoch, {Rounds} rounds, {cores} workers on both sides");
            double[][] seconds = Harness.Rounds.Interleave(Rounds,
            [
                () => Wall(original, cores), () => Wall(shards, cores), () => loader.Work(images), () => stream.Work(images),
            ]);
            return
            [
                Over("dataloader_original", seconds[2], seconds[0]),
                Over("dataloader_coefficients", seconds[2], seconds[1]),
                Over("webdataset_original", seconds[3], seconds[0]),
                Over("webdataset_coefficients", seconds[3], seconds[1]),
                Rate("original_rate", seconds[0], images), Rate("coefficients_rate", seconds[1], images),
                Rate("dataloader_rate", seconds[2], images), Rate("webdataset_rate", seconds[3], images),
                Collections(original, cores),
            ];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Figure Over(string name, double[] theirs, double[] ours) => Figure.Of(name, "1", theirs.Zip(ours, (their, our) => their / our));

    private static Figure Rate(string name, double[] seconds, int images) => Figure.Of(name, "{image}/s", seconds.Select(second => images / second));

    private static double Wall(ISampleSource source, int workers)
    {
        long start = Stopwatch.GetTimestamp();
        using ImagePipeline pipeline = Open(source, workers, BatchSize, epochs: 1);
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            batch.Dispose();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Collections of the oldest generation in an epoch after the first.</summary>
    private static Figure Collections(ISampleSource source, int workers)
    {
        const int Epochs = 3;
        using ImagePipeline pipeline = Open(source, workers, BatchSize, Epochs);
        int before = 0;
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            if (batch.Epoch == 0)
            {
                before = GC.CollectionCount(2);
            }

            batch.Dispose();
        }

        return Figure.Of("gen2_collections", "{collection}", [GC.CollectionCount(2) - before]);
    }

    private static ImagePipeline Open(ISampleSource source, int workers, int batchSize, long epochs)
    {
        var augment = new AugmentOptions { Size = Size, AutoAugment = Policy };
        var data = new DataOptions { Workers = workers };
        PipelinePlan plan = PipelinePlan.ForTraining(seed: 1, batchSize, new ImageSize(Size, Size), epochs, step: 0, source.Count);
        return new ImagePipeline(source, () => new TrainTransform(augment, exifOrientation: false), data, plan, new NativeBatchMemory(), NullLogger.Instance);
    }
}
