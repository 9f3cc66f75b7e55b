using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Host.Models;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using TorchSharp;

namespace StreamTrainer.Host.Plans;

/// <summary>Hours and memory of a run by what its passes and updates take on this machine's device, and the pipeline's work where both
/// share the cores. What ranks send each other is not in it.</summary>
internal static class MeasuredEstimate
{
    /// <summary>Multiply-adds of a pass that is measured on a CPU: a second or two of it. ResNet-50 at 224 px: 8 images.</summary>
    private const double PassMacs = 3.2e10;

    /// <summary>Fills the plan in. On a thread that may keep libtorch's modes.</summary>
    /// <param name="plan">With its steps and images.</param>
    /// <param name="recipe">The recipe, which has been checked.</param>
    /// <param name="set">The training set.</param>
    /// <param name="imagesPerCoreSecond">What the pipeline makes.</param>
    /// <param name="seconds">How long each measurement takes, at least.</param>
    /// <param name="stop">Ends it.</param>
    public static RunPlan Fill(RunPlan plan, Recipe recipe, ISampleSource set, double imagesPerCoreSecond, double seconds, CancellationToken stop)
    {
        ComputeDevice device = ComputeDevice.Resolve(recipe.Train, NullLogger.Instance);
        bool cpu = device.Device.type == DeviceType.CPU;
        int classes = recipe.Model.NumClasses ?? set.ClassNames.Count, side = plan.TrainSize;
        int images = cpu ? FewImages(recipe, classes, side, plan.DeviceImages) : plan.DeviceImages;
        Recipe sized = recipe with { Model = recipe.Model with { InputSize = recipe.Model.InputSize ?? side } };
        StepTimes times = Bench(recipe, images, side, seconds).Training(sized, classes, side, device, stop);
        double evaluation = EvaluationSeconds(sized, set, classes, device, cpu, seconds, stop);

        int share = plan.BatchSize / plan.Devices;
        double compute = (double)share / images * times.PassSeconds + times.UpdateSeconds, feed = share / imagesPerCoreSecond / Environment.ProcessorCount;
        double step = cpu ? compute + feed : Math.Max(compute, feed);
        double hours = (plan.Steps * step + evaluation / plan.Devices) / 3600;
        return plan with
        {
            Hours = hours,
            Source = RunPlan.Measured,
            Basis = string.Create(CultureInfo.InvariantCulture,
                $"on {device}, {device.PrecisionName}: passes of {Counted.Of(images, "image")} in {times.PassSeconds:G3} s, updates in {1e3 * times.UpdateSeconds:G3} ms, {imagesPerCoreSecond:F0} images a core-second made"),
            EvaluationHours = evaluation / plan.Devices / 3600,
            ImagesPerSecond = plan.Images / (hours * 3600),
            PeakGb = times.PeakMb / 1e3 * ((double)plan.DeviceImages / images),
            PeakSource = images == plan.DeviceImages ? RunPlan.Measured : RunPlan.Scaled,
            DeviceGb = cpu ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1e9 : TorchRuntime.CudaTotalMemory(device.Device.index) / 1e9,
            Notes = [.. plan.Notes, .. Notes(plan, images)],
        };
    }

    private static IEnumerable<string> Notes(RunPlan plan, int images)
    {
        if (images != plan.DeviceImages)
        {
            yield return $"memory is that of passes of {images} images times {(double)plan.DeviceImages / images:G3}: the recipe's passes have {plan.DeviceImages}";
        }

        if (plan.Devices > 1)
        {
            yield return $"{plan.Devices} devices of this kind, each with a machine's cores; what they send each other is not counted";
        }
    }

    private static int FewImages(Recipe recipe, int classes, int side, int most)
    {
        using ImageClassifier model = ModelRegistry.CreateUnfilled(recipe.Model, classes);
        return (int)Math.Clamp(PassMacs / model.CostAt(side).Macs, 1, most);
    }

    private static double EvaluationSeconds(Recipe recipe, ISampleSource train, int classes, ComputeDevice device, bool cpu, double seconds, CancellationToken stop)
    {
        if (recipe.Data.Val is not { } path)
        {
            return 0;
        }

        using ISampleSource val = ClassMap.Align(SampleSources.Open(path, NullLogger.Instance), train);
        int side = recipe.Eval.Size, most = (int)Math.Min(recipe.Eval.BatchSize, val.Count);
        int images = cpu ? FewImages(recipe, classes, side, most) : most;
        (double rate, _) = Bench(recipe, images, side, seconds).Inference(recipe.Model, classes, side, device, stop);
        // At the end of the run in any case; with an average of the weights twice.
        long times = (recipe.Train.Epochs + recipe.Eval.EveryEpochs - 1) / recipe.Eval.EveryEpochs;
        int sets = recipe.Ema.Decay is not null || recipe.Swa.StartEpoch is not null ? 2 : 1;
        int views = recipe.Eval.Tta switch
        {
            TestTimeAugmentation.Flip => 2,
            TestTimeAugmentation.FlipTranslate => 6,
            _ => 1,
        };
        return times * sets * views * val.Count / rate;
    }

    private static ModelBench Bench(Recipe recipe, int images, int side, double seconds) => new(recipe.Train with { BatchSize = images }, side, seconds, fold: false);
}
