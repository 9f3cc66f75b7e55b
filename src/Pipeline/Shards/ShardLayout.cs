using System.Buffers.Binary;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// The layout of a payload file, little-endian: a header of 64 bytes (<c>STSP</c>, uint32 version, uint32 the file's number, 16
/// bytes identity, zeros, uint32 CRC-32C of the 60 before it), then payloads, each from a multiple of 64 on, with zeros
/// between, then 64 zeros: behind every payload, also the last, <see cref="EncodedSample.Slack"/> bytes can be read.
/// </summary>
internal static class ShardLayout
{
    /// <summary>Bytes of the header, of the end, and what payloads are aligned to.</summary>
    public const int HeaderSize = 64, TrailerSize = 64, Alignment = 64;

    private const uint Version = 1;
    private const int Checked = HeaderSize - sizeof(uint);

    /// <summary>The next multiple of <see cref="Alignment"/>.</summary>
    public static long Aligned(long offset) => (offset + Alignment - 1) / Alignment * Alignment;

    /// <summary>Writes the header of a file.</summary>
    public static void WriteHeader(Span<byte> header, int number, ReadOnlySpan<byte> identity)
    {
        header[..HeaderSize].Clear();
        "STSP"u8.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], number);
        identity.CopyTo(header[12..]);
        BinaryPrimitives.WriteUInt32LittleEndian(header[Checked..], Crc32C.Of(header[..Checked]));
    }

    /// <summary>What is wrong with a header; null where nothing is.</summary>
    public static string? CheckHeader(ReadOnlySpan<byte> header, int number, ReadOnlySpan<byte> identity)
    {
        if (!header.StartsWith("STSP"u8) || BinaryPrimitives.ReadUInt32LittleEndian(header[Checked..]) != Crc32C.Of(header[..Checked]))
        {
            return "its header is damaged";
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(header[4..]) != Version ? "its header is of another version"
            : BinaryPrimitives.ReadInt32LittleEndian(header[8..]) != number || !header.Slice(12, identity.Length).SequenceEqual(identity) ? "it belongs to other shards"
            : null;
    }
}
