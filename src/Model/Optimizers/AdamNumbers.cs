using System.Numerics;

namespace StreamTrainer.Model.Optimizers;

/// <summary>Numbers of Adam and LAMB that are the same for all parameters of a step; each is taken in double, then rounded
/// once: in fp32, 1 - 0.999 would be off by 5e-5.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Rest1">1 - beta1.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Rest2">1 - beta2.</param>
/// <param name="Eps">Epsilon.</param>
/// <param name="Unbias1">1 / (1 - beta1^t), or 1.</param>
/// <param name="UnbiasRoot2">1 / sqrt(1 - beta2^t), or 1.</param>
internal readonly record struct AdamNumbers<T>(T Beta1, T Rest1, T Beta2, T Rest2, T Eps, T Unbias1, T UnbiasRoot2)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The numbers of update <paramref name="step"/>, from 1.</summary>
    public static AdamNumbers<T> At(OptimizerOptions options, double eps, long step, bool unbias)
    {
        (double beta1, double beta2) = (options.Betas[0], options.Betas[1]);
        double correction1 = unbias ? 1 - Math.Pow(beta1, step) : 1, correction2 = unbias ? 1 - Math.Pow(beta2, step) : 1;
        return new AdamNumbers<T>(
            T.CreateTruncating(beta1), T.CreateTruncating(1 - beta1), T.CreateTruncating(beta2), T.CreateTruncating(1 - beta2),
            T.CreateTruncating(eps), T.CreateTruncating(1 / correction1), T.CreateTruncating(1 / Math.Sqrt(correction2)));
    }
}
