using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Averaging;

/// <summary>
/// The plain mean of a model's weights at several moments (stochastic weight averaging: Izmailov et al., arXiv 1803.05407). Buffers
/// are the model's of the last moment: batch norm's statistics belong to no mean of weights and are to be measured anew. Training
/// thread only.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="flat">Its parameters.</param>
public sealed class StochasticWeightAverage(nn.Module model, FlatState flat) : WeightAverage(model, flat)
{
    /// <summary>How many models are in the mean; for checkpoints, which may set it. At 0 the mean is no weights at all.</summary>
    public long Models { get; set; }

    /// <summary>Takes the model as it is now into the mean.</summary>
    /// <exception cref="InvalidOperationException">The model holds the average.</exception>
    public void Update()
    {
        FollowParameters(Models / (Models + 1.0), 1.0 / (Models + 1.0));
        FollowBuffers(0, 1);
        Models++;
    }
}
