using StreamTrainer.Host.Pipelines;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Shards;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Host.Plans;

/// <summary>What feeding from a training set takes, measured on this machine as <c>bench pipeline</c> does: its samples as they are, and
/// packed.</summary>
/// <param name="Rates">By how they are stored, as they are first: images a core makes a second, and bytes of a sample.</param>
/// <param name="Note">What was left out, and why; null: nothing.</param>
internal sealed record FeedMeasurement(IReadOnlyList<(string Stored, double ImagesPerCoreSecond, double Bytes)> Rates, string? Note)
{
    /// <summary>How the samples are that are not packed anew.</summary>
    public const string Original = "original";

    /// <summary>Measures.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="set">Its training set.</param>
    /// <param name="time">How long, in all.</param>
    /// <param name="folder">For what is packed.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static FeedMeasurement Run(Recipe recipe, ISampleSource set, TimeSpan time, BenchFolder folder, CancellationToken stop)
    {
        // A sample of a set may be smaller than a batch, or than repeated augmentation asks for; an image costs the same without them.
        DataOptions data = recipe.Data with { Workers = recipe.Data.Workers ?? Environment.ProcessorCount, AugRepeats = 0, Shuffle = Shuffle.Full };
        PackTrialResult pack = new PackTrial(recipe, data, folder.Path, time, rate: null).Run(set, stop);
        double bytes = pack.Samples > 0 ? (double)pack.Bytes / pack.Samples : PackBytes(data.Train) / (double)set.Count;
        if (pack.LeftOut is null)
        {
            return new([.. pack.Payloads.Select(trial => (trial.Payload, trial.ImagesPerCoreSecond, bytes * trial.SizeRatio))], null);
        }

        var rate = PipelineRate.Measure(set, recipe, data, time, stop);
        return new([(Original, rate.ImagesPerCoreSecond, bytes)], $"packed: not measured, {pack.LeftOut}");
    }

    /// <summary>What devices need that train on so many images a second, of a set of so many samples.</summary>
    public IReadOnlyList<FeedNeed> For(double imagesPerSecond, long samples) => [.. Rates.Select(rate =>
    {
        double cores = imagesPerSecond / rate.ImagesPerCoreSecond;
        return new FeedNeed(rate.Stored, rate.ImagesPerCoreSecond, cores, PipelineBenchReport.Whole(cores), rate.Bytes * samples / 1e9);
    })];

    private static long PackBytes(string location)
    {
        // What follows a question mark are options.
        string path = location.Split('?')[0];
        return PackSample.IsPack(location) && Directory.Exists(path) ? Directory.EnumerateFiles(path).Sum(file => new FileInfo(file).Length) : 0;
    }
}
