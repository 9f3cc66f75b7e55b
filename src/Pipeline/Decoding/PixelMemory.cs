using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>Unmanaged memory that grows and is used again for the next image. One thread's.</summary>
internal sealed unsafe class PixelMemory : IDisposable
{
    /// <summary>Bytes behind the end that vector code may read.</summary>
    private const int Slack = 64;

    // Another allocator for this thread's memories: tests put guard pages behind them.
    [ThreadStatic]
    private static Func<long, (nint Start, IDisposable Owner)>? t_guard;

    private byte* _data;
    private long _capacity;
    private IDisposable? _owner;

    /// <summary>Where this thread's memories come from, each of exactly the bytes that are asked for and the slack behind them; none: from
    /// the process's own. For tests.</summary>
    internal static Func<long, (nint Start, IDisposable Owner)>? Guard
    {
        get => t_guard;
        set => t_guard = value;
    }

    /// <summary>At least <paramref name="bytes"/> bytes; what was there before is lost.</summary>
    public byte* Reserve(long bytes)
    {
        if (t_guard is { } guard)
        {
            return Guarded(bytes, guard);
        }

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
        if (_owner is null)
        {
            NativeMemory.AlignedFree(_data);
        }

        _owner?.Dispose();
        _owner = null;
        _data = null;
        _capacity = 0;
    }

    private byte* Guarded(long bytes, Func<long, (nint Start, IDisposable Owner)> guard)
    {
        // Zero asks for what there is.
        if (bytes > 0 && (_owner is null || bytes != _capacity))
        {
            Dispose();
            (nint start, _owner) = guard(bytes + Slack);
            _data = (byte*)start;
            _capacity = bytes;
        }

        return _data;
    }
}
