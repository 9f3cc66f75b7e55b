using System.Buffers.Binary;
using System.IO.Hashing;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Frames by the bytes of their headers: images of one camera and size share one, so that opening a payload allocates nothing
/// in the steady state. Quantisation tables are kept by their own bytes: a new size alone costs 250 bytes. One thread's.
/// </summary>
internal sealed class PayloadFrames
{
    private const int Kept = 512, Tables = 128;

    private readonly (byte[] Header, JpegFrame Frame)[] _frames = new (byte[], JpegFrame)[Kept];
    private readonly (byte[] Steps, ushort[] Table)[] _tables = new (byte[], ushort[])[Tables];

    /// <summary>The frame of a header.</summary>
    /// <param name="header">All bytes of the header, as <see cref="PayloadHeader.Measure"/> found them.</param>
    /// <returns>Null where no JPEG can have this shape.</returns>
    public JpegFrame? Find(ReadOnlySpan<byte> header)
    {
        ref (byte[] Header, JpegFrame Frame) slot = ref _frames[(int)(XxHash3.HashToUInt64(header) % Kept)];
        if (slot.Header is not null && header.SequenceEqual(slot.Header))
        {
            return slot.Frame;
        }

        JpegFrame? frame = Make(header);
        if (frame is not null)
        {
            // The old array is used again where it fits: a new header then costs the frame alone.
            if (slot.Header?.Length == header.Length)
            {
                header.CopyTo(slot.Header);
                slot.Frame = frame;
            }
            else
            {
                slot = (header.ToArray(), frame);
            }
        }

        return frame;
    }

    private JpegFrame? Make(ReadOnlySpan<byte> header)
    {
        int width = BinaryPrimitives.ReadUInt16LittleEndian(header[2..]), height = BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        int count = header[7] & 15, tables = header[7] >> 4, across = 1, down = 1;
        var color = (JpegColor)header[1];
        if (width == 0 || height == 0 || (long)width * height > ImageLimits.MostPixels || header[6] == 0 || color > JpegColor.Rgb || (color == JpegColor.Grey) != (count == 1))
        {
            return null;
        }

        for (int c = 0; c < count; c++)
        {
            byte shape = header[PayloadHeader.Fixed + c];
            int h = shape & 7, v = (shape >> 3) & 7;
            if (h is < 1 or > 4 || v is < 1 or > 4 || shape >> 6 >= tables || (count == 1 && (h != 1 || v != 1)))
            {
                return null;
            }

            across = Math.Max(across, h);
            down = Math.Max(down, v);
        }

        var components = new JpegComponent[count];
        for (int c = 0; c < count; c++)
        {
            byte shape = header[PayloadHeader.Fixed + c];
            int h = shape & 7, v = (shape >> 3) & 7;
            components[c] = new JpegComponent
            {
                Horizontal = h,
                Vertical = v,
                BlocksWide = Blocks(width, h, across),
                BlocksHigh = Blocks(height, v, down),
                Quantisation = Table(header, shape >> 6, count),
            };
        }

        return new JpegFrame
        {
            Size = new ImageSize(width, height),
            Color = color,
            Components = components,
            MostHorizontal = across,
            MostVertical = down,
        };
    }

    /// <summary>ITU-T T.81, A.1.1: a component's samples, rounded up, in blocks, rounded up.</summary>
    private static int Blocks(int pixels, int factor, int most) => ((((pixels * factor) + most - 1) / most) + 7) / 8;

    private ushort[] Table(ReadOnlySpan<byte> header, int number, int components)
    {
        int at = PayloadHeader.Fixed + components;
        for (int t = 0; t < number; t++)
        {
            at += 1 + (64 * header[at]);
        }

        ReadOnlySpan<byte> steps = header.Slice(at, 1 + (64 * header[at]));
        ref (byte[] Steps, ushort[] Table) slot = ref _tables[(int)(XxHash3.HashToUInt64(steps) % Tables)];
        if (slot.Steps is null || !steps.SequenceEqual(slot.Steps))
        {
            var table = new ushort[64];
            for (int i = 0; i < 64; i++)
            {
                table[i] = steps[0] == 1 ? steps[1 + i] : BinaryPrimitives.ReadUInt16LittleEndian(steps[(1 + (2 * i))..]);
            }

            slot = (steps.ToArray(), table);
        }

        return slot.Table;
    }
}
