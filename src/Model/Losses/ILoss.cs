using static TorchSharp.torch;

namespace StreamTrainer.Model.Losses;

/// <summary>A loss function; computed in fp32 (fp64 for fp64 logits) whatever the network computes in.</summary>
public interface ILoss
{
    /// <summary>The loss of a batch, a scalar with a gradient.</summary>
    /// <param name="logits"><c>[n, classes]</c>.</param>
    /// <param name="targets">What they should have been.</param>
    Tensor Forward(Tensor logits, Targets targets);
}
