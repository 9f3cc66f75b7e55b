using System.Buffers;
using System.Buffers.Binary;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// What both payloads of coefficients begin with; numbers are little-endian.
/// <code>
/// 0  u8   format (PayloadFormat)
/// 1  u8   colour: 0 grey, 1 YCbCr, 2 RGB
/// 2  u16  width in pixels
/// 4  u16  height in pixels
/// 6  u8   MCUs of a group (segment): the least that a crop reads
/// 7  u8   components, 1 or 3 (low 4 bits); quantisation tables, 1 to 3 (high 4 bits)
/// 8  u8   a component: blocks of an MCU across (bits 0 to 2), down (bits 3 to 5), number of its table (bits 6 and 7)
/// .. u8   a table: bytes of a step, 1 or 2, then 64 steps in row-major order
/// </code>
/// </summary>
internal static class PayloadHeader
{
    /// <summary>Bytes before the components.</summary>
    public const int Fixed = 8;

    /// <summary>Largest number of bytes of a header.</summary>
    public const int Most = Fixed + 3 + (3 * 129);

    /// <summary>Writes the header of a frame.</summary>
    public static void Write(JpegFrame frame, PayloadFormat format, int group, IBufferWriter<byte> output)
    {
        Span<byte> header = output.GetSpan(Most);
        header[0] = (byte)format;
        header[1] = (byte)frame.Color;
        BinaryPrimitives.WriteUInt16LittleEndian(header[2..], checked((ushort)frame.Size.Width));
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], checked((ushort)frame.Size.Height));
        header[6] = checked((byte)group);
        int at = Fixed + frame.Components.Length, tables = 0;
        for (int c = 0; c < frame.Components.Length; c++)
        {
            JpegComponent component = frame.Components[c];
            int table = 0;
            for (int before = 0; before < c; before++)
            {
                if (frame.Components[before].Quantisation.AsSpan().SequenceEqual(component.Quantisation))
                {
                    table = header[Fixed + before] >> 6;
                    goto Known;
                }
            }

            table = tables++;
            at += WriteTable(component.Quantisation, header[at..]);
        Known:
            header[Fixed + c] = (byte)(component.Horizontal | (component.Vertical << 3) | (table << 6));
        }

        header[7] = (byte)(frame.Components.Length | (tables << 4));
        output.Advance(at);
    }

    /// <summary>Length of the header at the start of these bytes; 0 where they are not one, or too few.</summary>
    public static int Measure(ReadOnlySpan<byte> data)
    {
        if (data.Length < Fixed)
        {
            return 0;
        }

        int components = data[7] & 15, tables = data[7] >> 4, at = Fixed + components;
        if (components is not (1 or 3) || tables is < 1 or > 3)
        {
            return 0;
        }

        for (int t = 0; t < tables; t++)
        {
            if (at >= data.Length || data[at] is not (1 or 2))
            {
                return 0;
            }

            at += 1 + (64 * data[at]);
        }

        return at <= data.Length ? at : 0;
    }

    private static int WriteTable(ushort[] steps, Span<byte> to)
    {
        bool wide = steps.AsSpan().ContainsAnyExceptInRange((ushort)0, (ushort)255);
        to[0] = (byte)(wide ? 2 : 1);
        for (int i = 0; i < 64; i++)
        {
            if (wide)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(to[(1 + (2 * i))..], steps[i]);
            }
            else
            {
                to[1 + i] = (byte)steps[i];
            }
        }

        return 1 + (64 * to[0]);
    }
}
