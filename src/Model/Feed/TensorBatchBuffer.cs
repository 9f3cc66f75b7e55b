using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Batching;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>A slot's memory as a flat uint8 tensor.</summary>
public sealed unsafe class TensorBatchBuffer : BatchBuffer
{
    private readonly byte* _data;

    internal TensorBatchBuffer(long bytes, bool pinned)
    {
        using var scope = NewDisposeScope();
        Tensor memory = zeros(bytes, ScalarType.Byte);
        Tensor = (pinned ? memory.pin_memory() : memory).DetachFromDisposeScope();
        // A span of the first byte alone: a span's length is an int, a slot's may be more.
        _data = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Tensor.narrow(0, 0, 1).bytes));
        Length = bytes;
    }

    /// <summary>The memory, <c>[bytes]</c>, uint8, on the CPU.</summary>
    public Tensor Tensor { get; }

    /// <inheritdoc/>
    public override byte* Pointer => _data;

    /// <inheritdoc/>
    public override long Length { get; }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Tensor.Dispose();
        }
    }
}
