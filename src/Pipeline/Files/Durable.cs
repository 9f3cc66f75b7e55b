using StreamTrainer.Pipeline.Files.Native;

namespace StreamTrainer.Pipeline.Files;

/// <summary>What .NET has no call for: making a directory's entries (a rename) survive a power cut.</summary>
public static class Durable
{
    /// <summary>Flushes a directory's entries to the disk. On systems other than Linux and macOS, and on file systems that
    /// refuse, nothing happens: the rename itself is still atomic.</summary>
    public static void FlushDirectory(string path)
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            int handle = LibC.Open(path, 0);
            if (handle >= 0)
            {
                _ = LibC.FSync(handle);
                _ = LibC.Close(handle);
            }
        }
    }
}
