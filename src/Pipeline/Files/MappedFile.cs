using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StreamTrainer.Pipeline.Files.Native;

namespace StreamTrainer.Pipeline.Files;

/// <summary>A file in the address space, to read. No descriptor is kept open. Any thread.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private static volatile bool s_cannotPopulate = !OperatingSystem.IsLinux();

    private readonly SafeMemoryMappedViewHandle _view;
    private int _disposed;
    private readonly byte* _data;

    private MappedFile(SafeMemoryMappedViewHandle view, byte* data, long length)
    {
        _view = view;
        _data = data;
        Length = length;
    }

    /// <summary>Bytes of the file when it was mapped.</summary>
    public long Length { get; }

    /// <summary>What the bytes live in; whoever uses them may add a reference.</summary>
    public SafeHandle Handle => _view;

    /// <summary>The first byte; valid as long as a reference of <see cref="Handle"/> is held, or this object is not disposed of.</summary>
    public byte* Pointer => _data;

    /// <summary>Maps a file, which may not be empty.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static MappedFile Open(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1);
        long length = stream.Length;
        using MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        using MemoryMappedViewAccessor accessor = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        SafeMemoryMappedViewHandle view = accessor.SafeMemoryMappedViewHandle;
        byte* data = null;
        // The reference that is taken here is the object's own: the accessor's goes with it.
        view.AcquirePointer(ref data);
        return new MappedFile(view, data + accessor.PointerOffset, length);
    }

    /// <summary>Brings bytes into memory at once, before they are touched: a page that cannot be read then, because the disk fails
    /// or the file was made shorter, is an error here and not the end of the process.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public void Populate(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        if (s_cannotPopulate || length == 0)
        {
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize, start = (nuint)(_data + offset) / page * page;
        if (LibC.Advise((byte*)start, (nuint)(_data + offset + length) - start, LibC.PopulateRead) != 0)
        {
            int error = Marshal.GetLastPInvokeError();
            if (error == LibC.InvalidArgument)
            {
                s_cannotPopulate = true;
                return;
            }

            throw new IOException(Marshal.GetPInvokeErrorMessage(error) is { Length: > 0 } message
                ? $"the disk gives no bytes, or the file has become shorter ({message})"
                : "the disk gives no bytes, or the file has become shorter");
        }
    }

    /// <summary>Has the system begin to read a range into memory, and does not wait for it.</summary>
    public void Ahead(long offset, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - offset);
        if (OperatingSystem.IsLinux() && length > 0)
        {
            nuint page = (nuint)Environment.SystemPageSize, start = (nuint)(_data + offset) / page * page;
            _ = LibC.Advise((byte*)start, (nuint)(_data + offset + length) - start, LibC.WillNeed);
        }
    }

    /// <summary>Lets go of the file; its memory stays until the last reference of <see cref="Handle"/> is gone.</summary>
    public void Dispose()
    {
        // Once: while bytes are lent the view stays open, and a second release would be the borrower's.
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _view.ReleasePointer();
            _view.Dispose();
        }
    }
}
