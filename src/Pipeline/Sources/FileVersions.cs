using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Whether files are still the ones that they were, without reading them.</summary>
internal static class FileVersions
{
    /// <summary>XXH128, in hexadecimal digits, over each file's length and time of last change; of one that is not there, that.</summary>
    public static string Of(IEnumerable<string> paths)
    {
        var hash = new XxHash128();
        foreach (string path in paths)
        {
            var file = new FileInfo(path);
            hash.Append(MemoryMarshal.AsBytes<long>(file.Exists ? [file.Length, file.LastWriteTimeUtc.Ticks] : [-1, 0]));
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
