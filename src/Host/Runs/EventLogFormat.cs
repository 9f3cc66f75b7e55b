using System.Buffers;
using System.Buffers.Binary;
using System.Reflection;
using MessagePack;
using MessagePack.Resolvers;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// The layout of <c>events.msgpack</c>, little-endian: <c>STEV</c>, uint32 version; then records of uint32 length, uint32
/// CRC-32C of the payload, payload: MessagePack of (kind, map by key).
/// </summary>
internal static class EventLogFormat
{
    /// <summary>Bytes of the file's header.</summary>
    public const int HeaderSize = 8;

    /// <summary>Bytes in front of a payload.</summary>
    public const int RecordHeaderSize = 8;

    /// <summary>Longest payload; a longer length is damage.</summary>
    public const int LongestPayload = 1 << 20;

    private const uint Version = 1;

    private static readonly MessagePackSerializerOptions s_options =
        MessagePackSerializerOptions.Standard.WithResolver(StandardResolver.Instance).WithSecurity(MessagePackSecurity.UntrustedData);

    private static readonly HashSet<int> s_kinds =
        [.. typeof(TrainingEvent).GetCustomAttributes<UnionAttribute>().Select(union => union.Key)];

    /// <summary>The file's header.</summary>
    public static ReadOnlySpan<byte> Header => "STEV\x01\0\0\0"u8;

    /// <summary>Checks a header that was read.</summary>
    /// <exception cref="UserErrorException">It is another file's, or of a later version.</exception>
    public static void CheckHeader(ReadOnlySpan<byte> header, string path)
    {
        if (!header[..4].SequenceEqual(Header[..4]))
        {
            throw new UserErrorException($"'{path}' is not an event log, or its beginning is damaged; move it away to go on without it");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (version != Version)
        {
            throw new UserErrorException(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"'{path}' is an event log of version {version}; this program knows version {Version}"));
        }
    }

    /// <summary>Writes an event's record.</summary>
    public static void Write(ArrayBufferWriter<byte> record, TrainingEvent happened)
    {
        record.ResetWrittenCount();
        record.GetSpan(RecordHeaderSize);
        record.Advance(RecordHeaderSize);
        MessagePackSerializer.Serialize(record, happened, s_options);
        ReadOnlySpan<byte> payload = record.WrittenSpan[RecordHeaderSize..];
        if (payload.Length > LongestPayload)
        {
            throw new ArgumentException($"an event of {payload.Length} bytes is too long for the log", nameof(happened));
        }

        Span<byte> front = System.Runtime.InteropServices.MemoryMarshal.AsMemory(record.WrittenMemory).Span;
        BinaryPrimitives.WriteInt32LittleEndian(front, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(front[sizeof(uint)..], Crc32C.Of(payload));
    }

    /// <summary>The payload of the record that <paramref name="data"/> begins with; empty where it is torn or damaged. No
    /// payload is empty: a tail of zeros, which a power cut may leave, is no record.</summary>
    public static ReadOnlySpan<byte> PayloadAt(ReadOnlySpan<byte> data)
    {
        if (data.Length < RecordHeaderSize)
        {
            return [];
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(data);
        if (length is 0 or > LongestPayload || length > data.Length - RecordHeaderSize)
        {
            return [];
        }

        ReadOnlySpan<byte> payload = data.Slice(RecordHeaderSize, (int)length);
        return Crc32C.Of(payload) == BinaryPrimitives.ReadUInt32LittleEndian(data[sizeof(uint)..]) ? payload : [];
    }

    /// <summary>The event of a sound payload; null where it is of a kind that this version does not know.</summary>
    public static TrainingEvent? Decode(ReadOnlyMemory<byte> payload)
    {
        try
        {
            var reader = new MessagePackReader(payload);
            return reader.ReadArrayHeader() == 2 && s_kinds.Contains(reader.ReadInt32())
                ? MessagePackSerializer.Deserialize<TrainingEvent>(payload, s_options)
                : null;
        }
        catch (Exception error) when (error is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            // The checksum holds, so another version wrote it so.
            return null;
        }
    }
}
