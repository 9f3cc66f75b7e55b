using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Which archive an index belongs to.</summary>
/// <param name="Path">Its full path or its address.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Version">What is different once its content is another.</param>
internal readonly record struct TarIdentity(string Path, long Size, string Version)
{
    /// <summary>The identity of an open archive.</summary>
    public static TarIdentity Of(ByteFile file) =>
        new(RemoteFiles.IsRemote(file.Name) ? file.Name : System.IO.Path.GetFullPath(file.Name), file.Length, file.Version);
}
