using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Feed;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>One optimizer update from one batch. Training thread only.</summary>
public sealed class TrainStep(Recipe recipe, TrainState state, DeviceFeed feed, ILoss loss, Mixer? mixer, ComputeDevice device, PhaseClock clock)
{
    /// <summary>Trains on a batch and gives it back to its ring as soon as its bytes are no longer needed.</summary>
    /// <param name="batch">The batch; disposed here.</param>
    /// <param name="step">The step's number, from 0: draws depend on it and on the seed alone.</param>
    /// <param name="learningRate">The rate of this step.</param>
    /// <returns>The loss.</returns>
    public double Run(Batch batch, long step, double learningRate)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var scope = NewDisposeScope();
        (Tensor images, Targets targets) = Feed(batch, step);
        int count = batch.Count;
        batch.Dispose();

        TrainingMetrics.PhaseTook(Phase.Transfer, clock.Enter(Phase.Forward));
        // Dropout and drop path draw from libtorch's generator: seeded by the step, a resumed run draws the same.
        Seed((long)(new SampleRandom(recipe.Train.Seed, 0, step, RandomStream.Model).NextUInt64() >> 1));
        state.Flat.ZeroGradients();
        Tensor value;
        using (device.Autocast())
        {
            value = loss.Forward(state.Model.forward(images), targets);
        }

        TrainingMetrics.PhaseTook(Phase.Forward, clock.Enter(Phase.Backward));
        value.backward();

        TrainingMetrics.PhaseTook(Phase.Backward, clock.Enter(Phase.Optimizer));
        if (recipe.Optimizer.ClipGrad is { } norm)
        {
            GradientClipping.Clip(state.Flat, norm);
        }

        state.Optimizer.Step(learningRate);
        state.Ema?.Update();
        double result = value.to(ScalarType.Float64).item<double>();
        TrainingMetrics.PhaseTook(Phase.Optimizer, clock.Enter(Phase.Report));
        TrainingMetrics.StepDone(count);
        return result;
    }

    /// <summary>The CPU's generator and, where the network is there, the device's: layers draw where their input is.</summary>
    private void Seed(long seed)
    {
        using Generator generator = random.manual_seed(seed);
        if (device.Device.type == DeviceType.CUDA)
        {
            cuda.manual_seed_all(seed);
        }
    }

    private (Tensor Images, Targets Targets) Feed(Batch batch, long step)
    {
        Tensor pixels = feed.Pixels(batch);
        Tensor labels = feed.Labels(batch);
        if (mixer is null)
        {
            return (Normalised(pixels, batch), Targets.Labels(labels));
        }

        var draws = new SampleRandom(recipe.Train.Seed, batch.Epoch, batch.IndexInEpoch, RandomStream.Mix);
        MixPlan plan = MixPlan.Draw(ref draws, recipe.Mix, batch.ImageSize.Height, batch.ImageSize.Width);
        (Tensor mixed, Tensor targets) = mixer.Apply(pixels, labels, plan);
        return (Normalised(mixed, batch), Targets.Soft(targets));
    }

    private Tensor Normalised(Tensor pixels, Batch batch)
    {
        Tensor images = feed.Normalise(pixels);
        feed.Adjust(images, batch);
        return images;
    }
}
