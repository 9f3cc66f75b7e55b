using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>A convolution and the batch norm that follows it. No module: whose layers they are decides their names.</summary>
internal sealed class ConvNorm
{
    /// <summary>A pair.</summary>
    public ConvNorm(Convolution convolution, BatchNorm norm)
    {
        Convolution = convolution;
        Norm = norm;
        convolution.FollowedBy = this;
    }

    /// <summary>The convolution.</summary>
    public Convolution Convolution { get; }

    /// <summary>The norm.</summary>
    public BatchNorm Norm { get; }

    /// <summary>The two as one convolution, where they were folded.</summary>
    public (Tensor Weight, Tensor Bias)? Folded { get; private set; }

    /// <summary>
    /// Makes one convolution of the two, for evaluations: w' = w * g, b' = bias + (b - mean) * g, with g = weight / sqrt(variance
    /// + eps). Computed in double. The parameters stay as they are, for whoever saves them.
    /// </summary>
    public void Fold()
    {
        Unfold();
        (Tensor weight, Tensor bias) = FoldedWeights();
        Folded = (weight.DetachFromDisposeScope(), bias.DetachFromDisposeScope());
    }

    /// <summary>Forgets what was folded.</summary>
    public void Unfold()
    {
        Folded?.Weight.Dispose();
        Folded?.Bias.Dispose();
        Folded = null;
    }

    /// <summary>The folded weight, with the strides of the convolution's, and bias; they belong to the caller's scope.</summary>
    public (Tensor Weight, Tensor Bias) FoldedWeights()
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        (Tensor factor, Tensor shift) = Norm.AsAffine();
        Tensor own = Convolution.Bias is { } bias ? (bias.to(ScalarType.Float64) * factor).add_(shift, alpha: Scalars.One) : shift;
        Tensor weight = (Convolution.Weight.to(ScalarType.Float64) * factor.view(-1, 1, 1, 1)).to(Convolution.Weight.dtype);
        return (weight.MoveToOuterDisposeScope(), own.to(Convolution.Weight.dtype).MoveToOuterDisposeScope());
    }
}
