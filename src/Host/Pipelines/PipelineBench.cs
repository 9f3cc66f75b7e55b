using System.Diagnostics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Pipelines;

/// <summary>Measures a recipe's training pipeline alone: everything up to the batches, and nothing of the model.</summary>
internal sealed class PipelineBench(Recipe recipe, TimeSpan time, double? rate, ILogger logger)
{
    /// <summary>Positions that the order is looked at for.</summary>
    private const int Looked = 100_000;

    /// <summary>Measures one order of the set.</summary>
    /// <param name="shuffle">How it is shuffled.</param>
    /// <param name="stop">Ends it early.</param>
    public PipelineBenchResult Run(Shuffle shuffle, CancellationToken stop)
    {
        // All workers, all the time: what is asked is how much they can.
        DataOptions data = recipe.Data with { Shuffle = shuffle, Workers = recipe.Data.Workers ?? Environment.ProcessorCount };
        using ISampleSource source = SampleSources.Open(data.Train, logger);
        int batchSize = (int)Math.Min(recipe.Train.BatchSize, source.Count);
        var size = new ImageSize(recipe.Augment.Size, recipe.Augment.Size);
        var plan = PipelinePlan.ForTraining(recipe.Train.Seed, batchSize, size, 1_000_000, 0, source.Count, data);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(recipe.Augment, data.ExifOrientation, data.Decoder, data.Mean), data, plan, new NativeBatchMemory(), logger);
        // The first batch is the filling up.
        pipeline.Take(stop)!.Dispose();
        using var process = Process.GetCurrentProcess();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        long start = Stopwatch.GetTimestamp(), made = pipeline.Statistics.Samples, bytes = pipeline.Statistics.Bytes;
        Dictionary<string, double> before = pipeline.Statistics.Stages.ToDictionary();
        long images = 0;
        while (Stopwatch.GetElapsedTime(start) < time || images == 0)
        {
            using Batch batch = pipeline.Take(stop)!;
            images += batch.Count;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        cpu = process.TotalProcessorTime.TotalSeconds - cpu;
        made = pipeline.Statistics.Samples - made;
        double perCore = made / Math.Max(cpu, 1e-9);
        return new PipelineBenchResult
        {
            Source = source.Name,
            Shuffle = shuffle.ToString(),
            Workers = data.Workers.Value,
            ImagesPerSecond = images / seconds,
            ImagesPerCoreSecond = perCore,
            BytesPerImage = (pipeline.Statistics.Bytes - bytes) / (double)Math.Max(1, made),
            SeeksPerImage = Seeks(plan, source.Count),
            Limit = pipeline.Stalls.Cause?.Label(),
            Stages = pipeline.Statistics.Stages.ToDictionary(stage => stage.Key, stage => stage.Value - before[stage.Key]),
            Images = made,
            Rate = rate,
            CoresForRate = rate / perCore,
        };
    }

    /// <summary>How often a disk seeks: once a sample where the order is of single samples, once a block where blocks are read whole.</summary>
    private static double Seeks(PipelinePlan plan, long count)
    {
        EpochOrder order = plan.OrderOf(count, 0);
        int positions = (int)Math.Min(Looked, plan.BatchesPerEpoch(count) * plan.BatchSize);
        var blocks = new HashSet<long>();
        long seeks = 0, before = -2;
        for (int i = 0; i < positions; i++)
        {
            long index = order[i];
            bool near = index == before || index == before + 1;
            seeks += plan.Shuffle.Blocks ? (blocks.Add(index / plan.Shuffle.Size) ? 1 : 0) : near ? 0 : 1;
            before = index;
        }

        return seeks / (double)positions;
    }
}
