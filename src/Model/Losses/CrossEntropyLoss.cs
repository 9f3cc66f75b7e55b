using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Losses;

/// <summary>Softmax cross-entropy, with smoothing of classes (shares are smoothed already), mean over the batch.</summary>
internal sealed class CrossEntropyLoss(double smoothing) : ILoss
{
    public Tensor Forward(Tensor logits, Targets targets)
    {
        Tensor log = functional.log_softmax(logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32), 1);
        if (targets.IsSoft)
        {
            return (targets.Value.to(log.dtype) * log).sum(1).neg().mean();
        }

        Tensor likelihood = log.gather(1, targets.Value.unsqueeze(1)).neg().mean();
        return smoothing == 0 ? likelihood : likelihood.mul(Scalars.Of(1 - smoothing)) - log.mean().mul(Scalars.Of(smoothing));
    }
}
