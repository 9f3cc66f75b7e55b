using System.Runtime.InteropServices;
using StreamTrainer.Model.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Distributed;

/// <summary>Sums of gradients in the CPU's memory, compressed on their way where the recipe says so. A piece is done when
/// <see cref="Reduce"/> returns.</summary>
internal sealed unsafe class MpiReducer : IBucketReducer
{
    private readonly ICollectives _collectives;
    private readonly Tensor _gradients;
    private readonly GradientCompression _compression;
    private readonly ushort* _halves;

    /// <summary>A reducer of a flat gradient.</summary>
    /// <param name="collectives">The ranks.</param>
    /// <param name="gradients">The gradient, fp32 (or fp64, which is never compressed) in the CPU's memory.</param>
    /// <param name="compression">What it is sent as.</param>
    /// <param name="most">Elements of the largest piece.</param>
    public MpiReducer(ICollectives collectives, Tensor gradients, GradientCompression compression, long most)
    {
        if (gradients.device_type != DeviceType.CPU || !gradients.is_contiguous() || gradients.dtype is not (ScalarType.Float32 or ScalarType.Float64))
        {
            throw new ArgumentException("MPI sums up contiguous fp32 or fp64 numbers in the CPU's memory", nameof(gradients));
        }

        _collectives = collectives;
        _gradients = gradients;
        _compression = gradients.dtype == ScalarType.Float32 ? compression : GradientCompression.None;
        _halves = _compression == GradientCompression.None ? null : (ushort*)NativeMemory.Alloc((nuint)most, sizeof(ushort));
    }

    /// <inheritdoc/>
    public void Reduce(GradientBucket bucket)
    {
        nint start = TensorAddress.Of(_gradients);
        if (_gradients.dtype == ScalarType.Float64)
        {
            _collectives.Sum((double*)start + bucket.Offset, bucket.Count, NumberType.Float64);
            return;
        }

        float* values = (float*)start + bucket.Offset;
        switch (_compression)
        {
            case GradientCompression.Fp16:
                HalfSums.Narrow(values, (Half*)_halves, bucket.Count);
                _collectives.Sum(_halves, bucket.Count, NumberType.Float16);
                HalfSums.Widen((Half*)_halves, values, bucket.Count);
                break;
            case GradientCompression.Bf16:
                HalfSums.Narrow(values, _halves, bucket.Count);
                _collectives.Sum(_halves, bucket.Count, NumberType.BFloat16);
                HalfSums.Widen(_halves, values, bucket.Count);
                break;
            default:
                _collectives.Sum(values, bucket.Count, NumberType.Float32);
                break;
        }
    }

    /// <inheritdoc/>
    public void Complete() { }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free(_halves);
}
