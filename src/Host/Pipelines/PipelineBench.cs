using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Pipelines;

/// <summary>Measures a recipe's training pipeline alone: everything up to the batches, and nothing of the model.</summary>
/// <param name="recipe">The recipe.</param>
/// <param name="time">How long the pipeline is measured, and as long again what packing brings.</param>
/// <param name="rate">Images a second that cores are wanted for; null: none.</param>
/// <param name="folder">For what is packed and downloaded.</param>
internal sealed class PipelineBench(Recipe recipe, TimeSpan time, double? rate, BenchFolder folder)
{
    /// <summary>An order whose reading takes longer is counted that far.</summary>
    private static readonly TimeSpan s_reading = TimeSpan.FromSeconds(30);

    /// <summary>What is compared with a full shuffle where the recipe has no blocks.</summary>
    private static readonly Shuffle s_blocks = new(256, 2048);

    /// <summary>Measures all.</summary>
    /// <param name="shown">Told of the report as it grows: with the speed, then with what is read, then whole.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="UserErrorException">The training set cannot be read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public PipelineBenchReport Run(Action<PipelineBenchReport> shown, CancellationToken stop)
    {
        // All workers, all the time: what is asked is how much they can.
        DataOptions data = recipe.Data with { Workers = recipe.Data.Workers ?? Environment.ProcessorCount };
        using ISampleSource source = SampleSources.Open(data.Train, NullLogger.Instance);
        var measured = PipelineRate.Measure(source, recipe, data, time, stop);
        var report = new PipelineBenchReport
        {
            Source = source.Name,
            Samples = source.Count,
            ImageSize = recipe.Augment.Size,
            BatchSize = (int)Math.Min(recipe.Train.BatchSize, source.Count),
            Shuffle = data.Shuffle.ToString(),
            Workers = data.Workers.Value,
            Cores = Environment.ProcessorCount,
            ImagesPerSecond = measured.ImagesPerSecond,
            ImagesPerCoreSecond = measured.ImagesPerCoreSecond,
            Limit = measured.Limit?.Label(),
            Advice = measured.Advice,
            Stages = measured.Stages,
            Images = measured.Images,
            Rate = rate,
            CoresForRate = rate / measured.ImagesPerCoreSecond,
        };
        shown(report);
        var survey = new ReadSurvey(data.Train, data, recipe.Train.Seed, folder.Path, s_reading);
        report = report with { Reads = [.. survey.Count([data.Shuffle, data.Shuffle.Blocks ? Shuffle.Full : s_blocks], stop).Select(OrderReads.Of)] };
        shown(report);
        report = report with { Pack = new PackTrial(recipe, data, folder.Path, time, rate).Run(source, stop) };
        shown(report);
        return report;
    }
}
