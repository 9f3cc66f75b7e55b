using StreamTrainer.Model.Distributed.Native;
using StreamTrainer.Model.Runtime;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>
/// Sums of gradients in the memory of GPUs, on a stream of their own: a piece is launched as soon as its gradients are, waits on the device
/// until they are computed, and is summed up while the backward pass goes on. The host waits for nothing.
/// </summary>
internal sealed class NcclReducer : IBucketReducer
{
    private readonly NcclLibrary _nccl;
    private readonly CudaStream _stream;
    private readonly Tensor _gradients, _sent;
    private readonly nint _communicator;
    private readonly int _type;

    /// <summary>Joins the other ranks; waits for them.</summary>
    /// <param name="nccl">The library.</param>
    /// <param name="group">The group's name, the same on all ranks.</param>
    /// <param name="rank">This rank.</param>
    /// <param name="ranks">How many there are.</param>
    /// <param name="stream">A stream of the gradients' device; disposed of.</param>
    /// <param name="gradients">The flat gradient, fp32 (or fp64, which is never compressed).</param>
    /// <param name="compression">What it is sent as.</param>
    /// <exception cref="IOException">They cannot be joined.</exception>
    public NcclReducer(NcclLibrary nccl, byte[] group, int rank, int ranks, CudaStream stream, Tensor gradients, GradientCompression compression)
    {
        _nccl = nccl;
        _stream = stream;
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
        stream.Enter();
        _communicator = nccl.Join(group, rank, ranks);
    }

    /// <inheritdoc/>
    public void Reduce(GradientBucket bucket)
    {
        using var guard = no_grad();
        using var scope = NewDisposeScope();
        Tensor piece = _sent.narrow(0, bucket.Offset, bucket.Count);
        if (!ReferenceEquals(_sent, _gradients))
        {
            piece.copy_(_gradients.narrow(0, bucket.Offset, bucket.Count));
        }

        _stream.AfterComputing();
        _nccl.Sum(_communicator, TensorAddress.Of(piece), bucket.Count, _type, _stream.Handle);
    }

    /// <inheritdoc/>
    public void Complete()
    {
        _nccl.CheckLaunched(_communicator);
        _stream.BeforeComputing();
        if (!ReferenceEquals(_sent, _gradients))
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            _gradients.copy_(_sent);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _nccl.Leave(_communicator);
        _stream.Dispose();
        if (!ReferenceEquals(_sent, _gradients))
        {
            _sent.Dispose();
        }
    }
}
