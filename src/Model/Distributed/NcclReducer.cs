using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>
/// Sums of gradients in the memory of GPUs: a piece is launched as soon as its gradients are, waits on the device until they are computed,
/// and is summed up while the backward pass goes on.
/// </summary>
internal sealed class NcclReducer : IBucketReducer
{
    private readonly NcclGroup _group;
    private readonly Tensor _gradients, _sent;
    private readonly int _type;

    /// <summary>A reducer of a flat gradient.</summary>
    /// <param name="group">All ranks; disposed of.</param>
    /// <param name="gradients">The gradient, fp32 (or fp64, which is never compressed).</param>
    /// <param name="compression">What it is sent as.</param>
    public NcclReducer(NcclGroup group, Tensor gradients, GradientCompression compression)
    {
        _group = group;
        _gradients = gradients;
        (_type, ScalarType sent) = (gradients.dtype, compression) switch
        {
            (ScalarType.Float64, _) => (NcclLibrary.Float64, ScalarType.Float64),
            (ScalarType.Float32, GradientCompression.None) => (NcclLibrary.Float32, ScalarType.Float32),
            (ScalarType.Float32, GradientCompression.Fp16) => (NcclLibrary.Float16, ScalarType.Float16),
            (ScalarType.Float32, _) => (NcclLibrary.BFloat16, ScalarType.BFloat16),
            _ => throw new ArgumentException("gradients are fp32 or fp64", nameof(gradients)),
        };
        _sent = sent == gradients.dtype ? gradients : empty(gradients.numel(), sent, gradients.device).DetachFromDisposeScope();
    }

    private bool Narrows => !ReferenceEquals(_sent, _gradients);

    /// <inheritdoc/>
    public void Reduce(GradientBucket bucket)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Tensor piece = _sent.narrow(0, bucket.Offset, bucket.Count);
        if (Narrows)
        {
            piece.copy_(_gradients.narrow(0, bucket.Offset, bucket.Count));
        }

        _group.Sum(TensorAddress.Of(piece), bucket.Count, _type);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _group.Complete();
        if (Narrows)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            _gradients.copy_(_sent);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _group.Dispose();
        if (Narrows)
        {
            _sent.Dispose();
        }
    }
}
