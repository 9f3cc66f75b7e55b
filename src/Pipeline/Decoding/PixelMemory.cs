using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>Unmanaged memory that grows and is used again for the next image. One thread's.</summary>
internal sealed unsafe class PixelMemory : IDisposable
{
    /// <summary>Bytes behind the end that vector code may read.</summary>
    private const int Slack = 64;

    private byte* _data;
    private long _capacity;

    /// <summary>At least <paramref name="bytes"/> bytes; what was there before is lost.</summary>
    public byte* Reserve(long bytes)
    {
        if (bytes > _capacity)
        {
            long capacity = Math.Max(bytes, Math.Min(_capacity * 2, bytes + (64 << 20)));
            // First empty: where there is no memory, nothing is left that would be freed again.
            Dispose();
            _data = (byte*)NativeMemory.AlignedAlloc((nuint)(capacity + Slack), 64);
            _capacity = capacity;
        }

        return _data;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_data);
        _data = null;
        _capacity = 0;
    }
}
