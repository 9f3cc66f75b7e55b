using System.Buffers.Binary;
using System.Text;

namespace StreamTrainer.Model.Export;

/// <summary>Writes protocol buffers' wire format (protobuf.dev/programming-guides/encoding), as much as ONNX needs of it.</summary>
internal sealed class ProtoWriter
{
    private readonly List<byte> _bytes = [];

    /// <summary>A whole number.</summary>
    public ProtoWriter Number(int field, long value)
    {
        Tag(field, 0);
        Varint((ulong)value);
        return this;
    }

    /// <summary>A 32-bit float.</summary>
    public ProtoWriter Float(int field, float value)
    {
        Tag(field, 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>A text.</summary>
    public ProtoWriter Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>A message in the message.</summary>
    public ProtoWriter Message(int field, ProtoWriter message) => Bytes(field, message.ToArray());

    /// <summary>Bytes.</summary>
    public ProtoWriter Bytes(int field, ReadOnlySpan<byte> value)
    {
        Length(field, value.Length);
        _bytes.AddRange(value);
        return this;
    }

    /// <summary>Only the head of bytes or of a message that follows elsewhere.</summary>
    public ProtoWriter Length(int field, long length)
    {
        Tag(field, 2);
        Varint((ulong)length);
        return this;
    }

    /// <summary>What was written.</summary>
    public byte[] ToArray() => [.. _bytes];

    private void Tag(int field, int type) => Varint((ulong)((field << 3) | type));

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Add((byte)(value | 0x80));
        }

        _bytes.Add((byte)value);
    }
}
