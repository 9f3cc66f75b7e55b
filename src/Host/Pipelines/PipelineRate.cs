using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Pipelines;

/// <summary>How fast a pipeline is whose batches are taken as soon as they are there.</summary>
internal sealed record PipelineRate
{
    /// <summary>Images that were made.</summary>
    public required long Images { get; init; }

    /// <summary>Images a second that came out.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images a second of processor time, all threads together.</summary>
    public required double ImagesPerCoreSecond { get; init; }

    /// <summary>What was waited for most; null: nothing.</summary>
    public required StallCause? Limit { get; init; }

    /// <summary>What helps against that.</summary>
    public required string? Advice { get; init; }

    /// <summary>Seconds by stage, over all threads.</summary>
    public required IReadOnlyDictionary<string, double> Stages { get; init; }

    /// <summary>Runs a recipe's pipeline for a while.</summary>
    /// <param name="source">The samples; not disposed.</param>
    /// <param name="recipe">How they are augmented, and the batch's size where there are as many samples.</param>
    /// <param name="data">Order and threads.</param>
    /// <param name="time">How long, after the first batch; one more is taken in any case.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PipelineRate Measure(ISampleSource source, Recipe recipe, DataOptions data, TimeSpan time, CancellationToken stop)
    {
        int batchSize = (int)Math.Min(recipe.Train.BatchSize, source.Count);
        var size = new ImageSize(recipe.Augment.Size, recipe.Augment.Size);
        var plan = PipelinePlan.ForTraining(recipe.Train.Seed, batchSize, size, 1_000_000, 0, source.Count, data);
        using var pipeline = new ImagePipeline(
            source, () => new TrainTransform(recipe.Augment with { Sizes = null }, data.ExifOrientation, data.Decoder, data.Mean), data, plan, new NativeBatchMemory(), NullLogger.Instance);
        // The first batch is the filling up.
        pipeline.Take(stop)!.Dispose();
        using var process = Process.GetCurrentProcess();
        double cpu = process.TotalProcessorTime.TotalSeconds;
        long start = Stopwatch.GetTimestamp(), made = pipeline.Statistics.Samples, images = 0;
        Dictionary<string, double> before = pipeline.Statistics.Stages.ToDictionary();
        while (Stopwatch.GetElapsedTime(start) < time || images == 0)
        {
            using Batch batch = pipeline.Take(stop)!;
            images += batch.Count;
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        process.Refresh();
        cpu = process.TotalProcessorTime.TotalSeconds - cpu;
        made = pipeline.Statistics.Samples - made;
        StallReport stalls = pipeline.Stalls;
        return new PipelineRate
        {
            Images = made,
            ImagesPerSecond = images / seconds,
            ImagesPerCoreSecond = made / Math.Max(cpu, 1e-9),
            Limit = stalls.Cause,
            Advice = stalls.Advice,
            Stages = pipeline.Statistics.Stages.ToDictionary(stage => stage.Key, stage => stage.Value - before[stage.Key]),
        };
    }
}
