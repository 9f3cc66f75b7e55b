using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>The pixel memory of one slot of the ring. Lives as long as the pipeline; freed by it, once.</summary>
public abstract unsafe class BatchBuffer : IDisposable
{
    /// <summary>The first byte.</summary>
    public abstract byte* Pointer { get; }

    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory.</summary>
    protected abstract void Dispose(bool disposing);
}

/// <summary>Plain aligned memory of the process: for tests, and wherever no device is fed.</summary>
public sealed unsafe class NativeBatchMemory : IBatchMemory
{
    /// <inheritdoc/>
    public BatchBuffer Allocate(long bytes) => new Buffer(bytes);

    private sealed class Buffer(long bytes) : BatchBuffer
    {
        private byte* _data = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);

        public override byte* Pointer => _data;

        public override long Length => bytes;

        protected override void Dispose(bool disposing)
        {
            NativeMemory.AlignedFree(_data);
            _data = null;
        }
    }
}
