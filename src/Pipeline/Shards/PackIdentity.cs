using System.IO.Hashing;
using System.Runtime.InteropServices;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Whose shards these are: XXH128 over the source's classes, then each sample's label and path, each text in UTF-16 and
/// with its length before it. Where the source lies does not count.</summary>
internal static class PackIdentity
{
    /// <summary>The 16 bytes of a source.</summary>
    public static byte[] Of(ISampleSource source, CancellationToken stop)
    {
        var hash = new XxHash128();
        foreach (string name in source.ClassNames)
        {
            Add(hash, name.Length, name);
        }

        for (long i = 0; i < source.Count; i++)
        {
            if (i % 4096 == 0)
            {
                stop.ThrowIfCancellationRequested();
            }

            Add(hash, source.LabelOf(i), source.PathOf(i));
        }

        return hash.GetCurrentHash();
    }

    private static void Add(XxHash128 hash, int number, string text)
    {
        hash.Append(MemoryMarshal.AsBytes<int>([number, text.Length]));
        hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
    }
}
