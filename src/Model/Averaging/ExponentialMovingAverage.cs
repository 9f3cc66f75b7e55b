using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Averaging;

/// <summary>
/// A moving average of everything in a model's state dict, buffers too, timm's: average = decay average + (1 - decay) value after
/// every step; whole numbers are truncated. Training thread only.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="flat">Its parameters.</param>
/// <param name="decay">The decay of a step.</param>
/// <param name="warmup">Whether it rises to that, timm's <c>--model-ema-warmup</c>.</param>
public sealed class ExponentialMovingAverage(nn.Module model, FlatState flat, double decay, bool warmup = false) : WeightAverage(model, flat)
{
    /// <summary>Takes the model as it is now into the average.</summary>
    /// <param name="updates">Updates of the weights so far, from 1; read with warm-up only.</param>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    public void Update(long updates = 1)
    {
        double now = DecayAt(updates);
        FollowParameters(now, 1.0 - now);
        FollowBuffers(now, 1.0 - now);
    }

    /// <summary>The decay of an update, from 1. With warm-up timm's (gamma 1, power 2/3): 0 at the first, whose average is the model
    /// itself, then 1 - n^(-2/3) until that is above the decay.</summary>
    public double DecayAt(long updates) => warmup ? Math.Min(decay, 1.0 - Math.Pow(Math.Max(1, updates), -2.0 / 3.0)) : decay;
}
