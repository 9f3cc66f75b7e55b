using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Files.Native;

/// <summary>The system calls that directories need.</summary>
internal static partial class LibC
{
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync")]
    public static partial int FSync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int handle);
}
