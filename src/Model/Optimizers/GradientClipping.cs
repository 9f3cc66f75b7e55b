using StreamTrainer.Model.Runtime;
using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>The norm of all gradients together, and their limits. Training thread only.</summary>
public static class GradientClipping
{
    /// <summary>PyTorch's <c>clip_grad_norm_</c>: gradients times min(1, most / (norm + 1e-6)).</summary>
    /// <param name="flat">The gradients.</param>
    /// <param name="most">The largest norm.</param>
    /// <param name="known">The norm, where it is known already.</param>
    /// <returns>The norm before.</returns>
    public static double Clip(FlatState flat, double most, double? known = null)
    {
        ArgumentNullException.ThrowIfNull(flat);
        double norm = known ?? Norm(flat);
        double factor = most / (norm + 1e-6);
        // Not Math.Min: with a norm of NaN gradients become NaN, as PyTorch's do, and are noticed.
        if (!(factor >= 1.0))
        {
            using var guard = no_grad();
            flat.Gradients.mul_(Scalars.Of(factor));
        }

        return norm;
    }

    /// <summary>PyTorch's <c>clip_grad_value_</c>: each gradient into [-most, most]; NaN stays NaN.</summary>
    /// <param name="flat">The gradients.</param>
    /// <param name="most">The largest magnitude.</param>
    public static void ClipValues(FlatState flat, double most)
    {
        ArgumentNullException.ThrowIfNull(flat);
        using var guard = no_grad();
        flat.Gradients.clamp_(Scalars.Of(-most), Scalars.Of(most));
    }

    /// <summary>The 2-norm of all gradients; finite exactly when every gradient is (<see cref="FlatState.NormOf"/>).</summary>
    public static double Norm(FlatState flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        return flat.NormOf(flat.Gradients);
    }
}
