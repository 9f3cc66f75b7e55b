using StreamTrainer.Model.State;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Optimizers;

/// <summary>Limits the norm of all gradients together.</summary>
public sealed class GradientClipping
{
    private readonly FlatState _flat;
    private readonly FlatBlocks _blocks;
    private readonly double[] _squares;

    /// <summary>For the gradients of <paramref name="flat"/>.</summary>
    public GradientClipping(FlatState flat)
    {
        ArgumentNullException.ThrowIfNull(flat);
        _flat = flat;
        _blocks = new FlatBlocks(flat.Segments);
        _squares = new double[flat.Segments.Count];
    }

    /// <summary>PyTorch's <c>clip_grad_norm_</c>: times min(1, most / (norm + 1e-6)).</summary>
    /// <param name="most">The largest norm.</param>
    /// <returns>The norm before.</returns>
    public double Clip(double most)
    {
        using var guard = no_grad();
        double norm = Norm();
        double factor = Math.Min(1.0, most / (norm + 1e-6));
        if (factor < 1.0)
        {
            _flat.Gradients.mul_(factor);
        }

        return norm;
    }

    private unsafe double Norm()
    {
        Tensor gradients = _flat.Gradients;
        if (!FlatMemory.IsReachable(gradients))
        {
            using var scope = NewDisposeScope();
            return gradients.norm().to(ScalarType.Float64).item<double>();
        }

        Array.Clear(_squares);
        if (gradients.dtype == ScalarType.Float64)
        {
            double* values = FlatMemory.Pointer<double>(gradients);
            _blocks.Sum(block => FlatKernels.SquaredNorm(values + block.Offset, block.Count), _squares);
        }
        else
        {
            float* values = FlatMemory.Pointer<float>(gradients);
            _blocks.Sum(block => FlatKernels.SquaredNorm(values + block.Offset, block.Count), _squares);
        }

        return Math.Sqrt(_squares.Sum());
    }
}
