using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using MessagePack;
using MessagePack.Resolvers;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Keeps the indexes of tars in the <see cref="DataCache"/>, so that a big archive is walked once. An index belongs to a path,
/// a size and a time of last change; one that is damaged, of another version or of another archive is not there.
/// </summary>
internal static class TarIndexCache
{
    private const int Version = 2;
    private const string Kind = "tar-index";

    private static readonly MessagePackSerializerOptions s_options = StandardResolverAllowPrivate.Options;

    /// <summary>The index of <paramref name="archive"/> as it is now; null where there is none.</summary>
    public static SampleIndex? Load(TarIdentity archive)
    {
        try
        {
            byte[] bytes = File.ReadAllBytes(FileOf(archive));
            if (bytes.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != XxHash3.HashToUInt64(bytes.AsSpan(8)))
            {
                return null;
            }

            Stored stored = MessagePackSerializer.Deserialize<Stored>(bytes.AsMemory(8), s_options);
            return stored.Fits(archive) ? stored.ToIndex() : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or MessagePackSerializationException)
        {
            return null;
        }
    }

    /// <summary>Keeps an index; where that is not possible (a read-only home) it is made again the next time.</summary>
    public static void Save(TarIdentity archive, SampleIndex index)
    {
        byte[] content = MessagePackSerializer.Serialize(Stored.From(archive, index), s_options);
        var hash = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(hash, XxHash3.HashToUInt64(content));
        try
        {
            string file = FileOf(archive);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            AtomicFile.Write(file, stream =>
            {
                stream.Write(hash);
                stream.Write(content);
            });
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The index is at hand; only the next start takes longer.
        }
    }

    private static string FileOf(TarIdentity archive) =>
        DataCache.File(Kind, $"{XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(archive.Path)):x16}.idx");

    /// <summary>The layout on disk: arrays as their bytes, because a packed integer each would take longer to read than the
    /// headers of the archive.</summary>
    [MessagePackObject]
    private sealed class Stored
    {
        /// <summary>Version of the layout.</summary>
        [Key(0)] public int Format { get; init; }

        /// <summary>The archive's full path.</summary>
        [Key(1)] public string Path { get; init; } = "";

        /// <summary>The archive's bytes.</summary>
        [Key(2)] public long Size { get; init; }

        /// <summary>The archive's version.</summary>
        [Key(3)] public string Version { get; init; } = "";

        /// <summary>The class names.</summary>
        [Key(4)] public string[] Classes { get; init; } = [];

        /// <summary>int64 each.</summary>
        [Key(5)] public byte[] Offsets { get; init; } = [];

        /// <summary>int32 each.</summary>
        [Key(6)] public byte[] Lengths { get; init; } = [];

        /// <summary>int32 each.</summary>
        [Key(7)] public byte[] Labels { get; init; } = [];

        /// <summary>UTF-8.</summary>
        [Key(8)] public byte[] Names { get; init; } = [];

        /// <summary>uint32 each.</summary>
        [Key(9)] public byte[] NameEnds { get; init; } = [];

        /// <summary>Whether the classes are numbers.</summary>
        [Key(10)] public bool Numbered { get; init; }

        internal static Stored From(TarIdentity archive, SampleIndex index) => new()
        {
            Format = TarIndexCache.Version,
            Path = archive.Path,
            Size = archive.Size,
            Version = archive.Version,
            Classes = [.. index.ClassNames],
            Offsets = MemoryMarshal.AsBytes<long>(index.Offsets).ToArray(),
            Lengths = MemoryMarshal.AsBytes<int>(index.Lengths).ToArray(),
            Labels = MemoryMarshal.AsBytes<int>(index.Labels).ToArray(),
            Names = index.Names.Bytes.ToArray(),
            NameEnds = MemoryMarshal.AsBytes(index.Names.Ends).ToArray(),
            Numbered = index.Numbered,
        };

        internal bool Fits(TarIdentity archive) =>
            Format == TarIndexCache.Version && Path == archive.Path && Size == archive.Size && Version == archive.Version;

        internal SampleIndex ToIndex() => new()
        {
            ClassNames = Classes,
            Offsets = MemoryMarshal.Cast<byte, long>(Offsets).ToArray(),
            Lengths = MemoryMarshal.Cast<byte, int>(Lengths).ToArray(),
            Labels = MemoryMarshal.Cast<byte, int>(Labels).ToArray(),
            Names = new NameTable(Names, MemoryMarshal.Cast<byte, uint>(NameEnds).ToArray()),
            Numbered = Numbered,
        };
    }
}
