using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Losses;

/// <summary>Rows of shares from classes.</summary>
internal static class SoftTargets
{
    /// <summary>timm's smoothed one-hot rows: 1 - s + s/C at the class, s/C elsewhere; <c>[n, classes]</c>, fp32.</summary>
    public static Tensor OneHot(Tensor labels, int classes, double smoothing)
    {
        double off = smoothing / classes;
        long count = labels.shape[0];
        Tensor own = full(count, 1, Scalars.Of((float)(1.0 - smoothing + off)), device: labels.device);
        return full(count, classes, Scalars.Of((float)off), device: labels.device).scatter_(1, labels.unsqueeze(1), own);
    }
}
