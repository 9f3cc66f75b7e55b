using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Feed;
using StreamTrainer.Pipeline;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>
/// When a model is taken into the mean of weights (SWA), and how the mean's batch norm gets its statistics: by the first images of
/// epoch 0's order, as training sees them but unmixed, so always by the same ones. Training thread only.
/// </summary>
/// <param name="recipe">The recipe; it asks for a mean.</param>
/// <param name="state">The run's state.</param>
/// <param name="device">Where it is computed.</param>
/// <param name="clock">Books where the time goes.</param>
/// <param name="open">The training images from the first on, of an epoch's size.</param>
internal sealed class SwaUpdates(Recipe recipe, TrainState state, ComputeDevice device, PhaseClock clock, Func<long, ImagePipeline> open)
{
    private readonly SwaOptions _options = recipe.Swa;

    /// <summary>Takes the model into the mean where an epoch ends that the recipe wants in it.</summary>
    /// <param name="progress">The books after a step.</param>
    /// <returns>The books with it.</returns>
    public TrainProgress Add(TrainProgress progress)
    {
        long since = progress.Epoch - _options.StartEpoch!.Value;
        if (progress.StepInEpoch != 0 || since < 0 || since % _options.EveryEpochs != 0)
        {
            return progress;
        }

        state.Swa!.Update();
        return progress with { SwaModels = state.Swa.Models };
    }

    /// <summary>Whether the mean changed since its batch norm was measured; so also in a run that was stopped between the two.</summary>
    public static bool Due(TrainProgress progress) => progress.SwaCalibrated != progress.SwaModels;

    /// <summary>Measures the statistics of the mean's batch norm.</summary>
    /// <param name="progress">The books.</param>
    /// <param name="stop">Cancels it.</param>
    /// <returns>The books with it; null where it was asked to stop.</returns>
    public TrainProgress? Calibrate(TrainProgress progress, CancellationToken stop)
    {
        clock.Enter(Phase.Evaluation);
        try
        {
            if (NormCalibration.Has(state.Model))
            {
                state.Swa!.WithinModel(() => Measure((progress.Step - 1) / progress.StepsPerEpoch, stop));
            }

            return progress with { SwaCalibrated = progress.SwaModels };
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            clock.Enter(Phase.Report);
        }
    }

    private void Measure(long epoch, CancellationToken stop)
    {
        StepSizes sizes = StepSizes.Of(recipe.Train);
        using ImagePipeline pipeline = open(epoch);
        using var feed = new DeviceFeed(device.Device, recipe.Data.Mean, recipe.Data.Std);
        using var calibration = new NormCalibration(state.Model);
        using var guard = no_grad();
        long batches = Math.Min(pipeline.BatchesPerEpoch, (_options.CalibrationImages + sizes.Batch - 1L) / sizes.Batch);
        for (; batches > 0; batches--)
        {
            using var scope = NewDisposeScope();
            using var batch = pipeline.Take(stop)!;
            for (int first = 0; first < sizes.Batch; first += sizes.Micro)
            {
                Tensor images = feed.Normalise(feed.Pixels(batch).narrow(0, first, sizes.Micro));
                feed.Adjust(images, batch, first);
                using (device.Autocast())
                {
                    calibration.Add(images);
                }
            }
        }
    }
}
