using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Unmanaged memory of a table, aligned for vectors, that grows and is used again. One thread's.</summary>
/// <typeparam name="T">The element.</typeparam>
internal sealed unsafe class ResampleMemory<T> : IDisposable
    where T : unmanaged
{
    private T* _data;
    private long _count;

    /// <summary>At least so many elements; what was there before is lost.</summary>
    public T* Reserve(long count)
    {
        if (count > _count)
        {
            long larger = count + count / 2;
            Dispose();
            _data = (T*)NativeMemory.AlignedAlloc((nuint)(larger * sizeof(T)), 64);
            _count = larger;
        }

        return _data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        _count = 0;
    }
}
