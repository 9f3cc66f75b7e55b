using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace StreamTrainer.Model.Losses;

/// <summary>
/// Binary cross-entropy of every class by itself (ResNet strikes back, section 3.2), timm's: classes are smoothed, mixed
/// targets are so already; then the threshold, strict and in fp32, makes them 0 or 1.
/// </summary>
internal sealed class BinaryCrossEntropyLoss(LossOptions options, int classes) : ILoss
{
    public Tensor Forward(Tensor logits, Targets targets)
    {
        Tensor wide = logits.dtype == ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
        Tensor shares = targets.IsSoft ? targets.Value : SoftTargets.OneHot(targets.Value, classes, options.Smoothing);
        if (options.TargetThreshold is { } threshold)
        {
            shares = shares.gt(Scalars.Of((float)threshold));
        }

        Tensor sum = functional.binary_cross_entropy_with_logits(wide, shares.to(wide.dtype), reduction: Reduction.Sum);
        long count = options.Reduction == LossReduction.Mean ? wide.numel() : wide.shape[0];
        return sum.div(Scalars.Of(count));
    }
}
