using System.Globalization;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.State;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Model.Training;

/// <summary>What must hold between recipe, data, device and checkpoint: each check is one sentence for the user.</summary>
internal static class RunChecks
{
    /// <summary>The classifier has a place for every class of the data.</summary>
    public static void Classes(ISampleSource train, int classes)
    {
        if (classes < train.ClassNames.Count)
        {
            throw new UserErrorException(
                $"model.numClasses: {classes} is less than the {train.ClassNames.Count} classes of {train.Name}; leave it out or set it to {train.ClassNames.Count}");
        }
    }

    /// <summary>The checkpoint belongs to this data and this recipe. Another thread count or arithmetic is only said.</summary>
    public static void Resumable(TrainProgress progress, long stepsPerEpoch, ISampleSource train, ComputeDevice device, string checkpoint, ILogger logger)
    {
        if (progress.StepsPerEpoch != stepsPerEpoch)
        {
            throw new UserErrorException(
                $"{checkpoint}: the run had {progress.StepsPerEpoch} steps an epoch and now has {stepsPerEpoch}: {train.Name} or train.batchSize has changed; restore it, or start a new run");
        }

        if (progress.TrainSamples != train.Count)
        {
            throw new UserErrorException(
                $"{checkpoint}: the run had {progress.TrainSamples} training samples and {train.Name} now has {train.Count}, which is another order; restore the data, or start a new run");
        }

        if (!progress.ClassNames.SequenceEqual(train.ClassNames, StringComparer.Ordinal))
        {
            throw new UserErrorException(
                $"{checkpoint}: the run was trained on other classes than {train.Name} now has ({progress.ClassNames.Count} and {train.ClassNames.Count}); restore the data, or start a new run");
        }

        if (progress.Threads != device.Threads)
        {
            TrainingLog.ThreadsChanged(logger, progress.Threads, device.Threads);
        }

        if (progress.Precision != device.PrecisionName)
        {
            TrainingLog.PrecisionChanged(logger, progress.Precision, device.PrecisionName);
        }
    }

    /// <summary>The weights are numbers: a checkpoint of others would only replace a good one.</summary>
    /// <exception cref="RunFailedException">They are not.</exception>
    public static void Finite(FlatState flat, long step)
    {
        if (!double.IsFinite(flat.NormOf(flat.Values)))
        {
            throw new RunFailedException(string.Create(CultureInfo.InvariantCulture,
                $"some weights are not finite after step {step}: lower optimizer.lr, lengthen schedule.warmupEpochs or set optimizer.clipGrad; the checkpoints before it still stand"));
        }
    }

    /// <summary>Some loss scale keeps the gradients in fp16's range.</summary>
    /// <exception cref="RunFailedException">None does: they are no numbers.</exception>
    public static void Scalable(LossScaler scaler, long step)
    {
        if (scaler.Collapsed)
        {
            throw new RunFailedException(string.Create(CultureInfo.InvariantCulture,
                $"gradients are not finite at step {step + 1} at any loss scale: lower optimizer.lr, lengthen schedule.warmupEpochs, or set train.precision to bf16 or fp32; the checkpoints before it still stand"));
        }
    }
}
