using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>The norm of all gradients together, and its limit. Training thread only.</summary>
public static class GradientClipping
{
    /// <summary>PyTorch's <c>clip_grad_norm_</c>: gradients times min(1, most / (norm + 1e-6)).</summary>
    /// <param name="flat">The gradients.</param>
    /// <param name="most">The largest norm.</param>
    /// <returns>The norm before.</returns>
    public static double Clip(FlatState flat, double most)
    {
        double norm = Norm(flat);
        double factor = most / (norm + 1e-6);
        // Not Math.Min: with a norm of NaN gradients become NaN, as PyTorch's do, and are noticed.
        if (!(factor >= 1.0))
        {
            using var guard = no_grad();
            flat.Gradients.mul_(factor);
        }

        return norm;
    }

    /// <summary>The 2-norm of all gradients, in one pass. On the CPU the sum is taken in double, where squares of fp32 numbers do
    /// not overflow: it is finite exactly when every gradient is.</summary>
    public static unsafe double Norm(FlatState flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        Tensor gradients = flat.Gradients;
        if (!FlatMemory.IsReachable(gradients))
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            return gradients.norm().to(ScalarType.Float64).item<double>();
        }

        return Math.Sqrt(gradients.dtype == ScalarType.Float64
            ? flat.Blocks.SumOfSquares(FlatMemory.Pointer<double>(gradients))
            : flat.Blocks.SumOfSquares(FlatMemory.Pointer<float>(gradients)));
    }
}
