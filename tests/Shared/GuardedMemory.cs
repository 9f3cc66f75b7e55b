using System.Runtime.InteropServices;

namespace StreamTrainer.Tests;

/// <summary>
/// Memory between two pages that may not be touched: a read or write beyond its ends kills the process at once. On systems other
/// than Linux it is plain memory. One thread's.
/// </summary>
public sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int None = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly nint _mapping;
    private readonly nuint _length;

    /// <summary>Room for at least <paramref name="capacity"/> bytes, rounded up to whole pages.</summary>
    public GuardedMemory(int capacity)
    {
        int page = Environment.SystemPageSize;
        Capacity = Math.Max(1, (capacity + page - 1) / page) * page;
        _length = (nuint)(Capacity + (2 * page));
        if (!OperatingSystem.IsLinux())
        {
            Start = (byte*)NativeMemory.AllocZeroed(_length);
            return;
        }

        _mapping = Map(0, _length, ReadWrite, PrivateAnonymous, -1, 0);
        if (_mapping == -1 || Protect(_mapping, (nuint)page, None) != 0 || Protect(_mapping + page + Capacity, (nuint)page, None) != 0)
        {
            throw new InvalidOperationException($"no guarded memory of {Capacity} bytes");
        }

        Start = (byte*)_mapping + page;
    }

    /// <summary>Bytes between the guards.</summary>
    public int Capacity { get; }

    /// <summary>The first byte; the one before it is guarded.</summary>
    public byte* Start { get; }

    /// <summary>Behind the last byte: guarded.</summary>
    public byte* End => Start + Capacity;

    /// <summary>Puts bytes right before the guard at the end, with some between that may be read.</summary>
    public byte* AtEnd(ReadOnlySpan<byte> bytes, int slack = 0)
    {
        byte* at = End - slack - bytes.Length;
        bytes.CopyTo(new Span<byte>(at, bytes.Length));
        return at;
    }

    /// <summary>Puts bytes right behind the guard at the start.</summary>
    public byte* AtStart(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(new Span<byte>(Start, Capacity));
        return Start;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_mapping != 0)
        {
            _ = Unmap(_mapping, _length);
        }
        else
        {
            NativeMemory.Free(Start);
        }
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint length);
}
