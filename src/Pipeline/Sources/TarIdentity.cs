using Microsoft.Win32.SafeHandles;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which archive an index belongs to.</summary>
/// <param name="Path">Its full path.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Changed">Its last change, UTC ticks.</param>
internal readonly record struct TarIdentity(string Path, long Size, long Changed)
{
    /// <summary>The identity of an open archive: of the file itself where the path is a link.</summary>
    public static TarIdentity Of(SafeFileHandle file, string path) =>
        new(System.IO.Path.GetFullPath(path), RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file).Ticks);
}
