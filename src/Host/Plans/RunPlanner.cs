using System.Globalization;
using StreamTrainer.Host.Pipelines;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Plans;

/// <summary>Plans a run: what it takes on devices that are here or elsewhere.</summary>
/// <param name="loaded">The recipe.</param>
/// <param name="devices">The devices.</param>
/// <param name="samples">Samples of the training set; null: as <see cref="TrainingSetSize"/> finds.</param>
/// <param name="seconds">How long each thing is measured; 0: for devices that are named nothing is.</param>
internal sealed class RunPlanner(LoadedRecipe loaded, PlannedDevices devices, long? samples, double seconds)
{
    /// <summary>Plans. Trains for moments on the calling thread where this machine is measured.</summary>
    /// <param name="folder">For what is packed to be measured.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">The devices cannot share a step, or what is to be measured is not here.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public RunPlan Plan(BenchFolder folder, CancellationToken stop)
    {
        Recipe recipe = loaded.Recipe;
        StepShare share = StepShare.Of(recipe, 0, devices.Count);
        using var set = TrainingSetSize.Find(recipe, samples);
        if (devices.Known is null && set.Source is null)
        {
            throw new UserErrorException($"--devices {PlannedDevices.Measured}: the recipe's training set is needed to measure with: {set.Missing}");
        }

        long perEpoch = TrainingBatches.Plan(recipe, set.Count).BatchesPerEpoch(set.Count);
        long steps = Math.Min(perEpoch * recipe.Train.Epochs, recipe.Train.MaxSteps ?? long.MaxValue);
        var plan = new RunPlan
        {
            Recipe = loaded.Path,
            Model = recipe.Model.Name,
            Devices = devices.Count,
            Device = devices.Known?.Name ?? PlannedDevices.Measured,
            Epochs = recipe.Train.Epochs,
            TrainSize = recipe.Augment.Size,
            BatchSize = recipe.Train.BatchSize,
            Samples = set.Count,
            SamplesOf = set.Of,
            StepsPerEpoch = perEpoch,
            Steps = steps,
            Images = steps * recipe.Train.BatchSize,
            DeviceImages = share.Micro,
        };
        FeedMeasurement? feed = set.Source is not null && seconds > 0 ? FeedMeasurement.Run(recipe, set.Source, TimeSpan.FromSeconds(seconds), folder, stop) : null;
        plan = devices.Known is { } known
            ? PaperEstimate.Fill(plan, recipe, devices.Count, known)
            : MeasuredEstimate.Fill(plan, recipe, set.Source!, feed!.Rates[0].ImagesPerCoreSecond, seconds / 3, stop);
        return plan with
        {
            Feeds = feed?.For(plan.ImagesPerSecond, set.Count) ?? [],
            Notes = [.. plan.Notes, .. Fit(plan, share), .. NotMeasured(feed, set)],
        };
    }

    private static IEnumerable<string> Fit(RunPlan plan, StepShare share)
    {
        if (plan is not { Fits: false, PeakGb: { } peak, DeviceGb: { } all })
        {
            yield break;
        }

        int most = (int)(share.Micro * all / peak);
        int fits = Enumerable.Range(1, Math.Max(1, most)).LastOrDefault(size => share.Group % size == 0 && size <= most);
        FormattableString advice = fits > 0
            ? $"{peak:F1} GB do not fit into the device's {all:F1}: train.microBatchSize={fits} would, with batch norm over {fits} images"
            : (FormattableString)$"{peak:F1} GB do not fit into the device's {all:F1}, not even one image at a time";
        yield return advice.ToString(CultureInfo.InvariantCulture);
    }

    private static IEnumerable<string> NotMeasured(FeedMeasurement? feed, TrainingSetSize set)
    {
        if (feed?.Note is { } note)
        {
            yield return note;
        }
        else if (feed is null)
        {
            yield return $"cores and shards: not measured, {(set.Missing is { } missing ? missing : "--seconds is 0")}";
        }
    }
}
