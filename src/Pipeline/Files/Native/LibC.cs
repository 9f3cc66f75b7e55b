using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Files.Native;

/// <summary>The system calls that directories and maps need.</summary>
internal static unsafe partial class LibC
{
    /// <summary>Linux, from 5.14 on: brings pages in, and fails where touching them would end the process.</summary>
    public const int PopulateRead = 22;

    /// <summary>Will be read soon: of <see cref="Advise"/> and of <see cref="FileAdvise"/>.</summary>
    public const int WillNeed = 3;

    /// <summary>No such advice: an older kernel.</summary>
    public const int InvalidArgument = 22;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    public static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int handle);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(byte* address, nuint length, int advice);

    /// <summary>Returns the error itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    public static partial int FileAdvise(int handle, long offset, long length, int advice);
}
