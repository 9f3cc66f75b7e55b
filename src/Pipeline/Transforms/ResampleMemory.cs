using StreamTrainer.Pipeline.Decoding;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Unmanaged memory of a table, aligned for vectors, that grows and is used again. One thread's.</summary>
/// <typeparam name="T">The element.</typeparam>
internal sealed unsafe class ResampleMemory<T> : IDisposable
    where T : unmanaged
{
    private readonly PixelMemory _memory = new();

    /// <summary>At least so many elements; what was there before is lost.</summary>
    public T* Reserve(long count) => (T*)_memory.Reserve(count * sizeof(T));

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
