using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Writes the payload <c>coefficients</c>: the quantised coefficients of a JPEG in groups of a few MCUs of one row, laid out for
/// vector instructions (<see cref="CoefficientGroup"/>). The same image gives the same bytes everywhere.
/// <code>
/// header   PayloadHeader
/// u8       bits of a group's length, 1 to 24
/// lengths  bytes of each group, row by row, in that many bits each, from the least significant bit; to a whole byte
/// u32      for each row of MCUs where it ends, in bytes behind this table
/// groups   row by row
/// </code>
/// </summary>
internal sealed unsafe class CoefficientPayload
{
    /// <summary>A group has about this many blocks: few enough that a crop reads little beyond its edge, enough that what a
    /// group costs by itself stays small.</summary>
    private const int Blocks = 12;

    private readonly CoefficientGroupWriter _writer = new();
    private readonly List<byte> _groups = [];
    private readonly List<int> _lengths = [], _rows = [];

    /// <summary>MCUs of a group of such a frame.</summary>
    public static int GroupOf(JpegFrame frame)
    {
        int blocks = 0;
        foreach (JpegComponent component in frame.Components)
        {
            blocks += component.Horizontal * component.Vertical;
        }

        return Math.Clamp(Blocks / blocks, 1, 8);
    }

    /// <summary>Writes an image.</summary>
    /// <exception cref="OverflowException">It would have 2 GiB or more.</exception>
    public void Encode(CoefficientImage image, IBufferWriter<byte> output)
    {
        JpegFrame frame = image.Frame;
        int group = GroupOf(frame);
        _groups.Clear();
        _lengths.Clear();
        _rows.Clear();
        for (int row = 0; row < frame.McusHigh; row++)
        {
            for (int left = 0; left < frame.McusWide; left += group)
            {
                AddGroup(image, row, left, Math.Min(group, frame.McusWide - left));
            }

            _rows.Add(_groups.Count);
        }

        PayloadHeader.Write(frame, PayloadFormat.Coefficients, group, output);
        WriteIndex(output);
        output.Write(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_groups));
    }

    private void AddGroup(CoefficientImage image, int row, int left, int mcus)
    {
        for (int c = 0; c < image.Frame.Components.Length; c++)
        {
            JpegComponent component = image.Frame.Components[c];
            short first = 0;
            for (int v = 0; v < component.Vertical; v++)
            {
                short* block = image.Blocks(c, (row * component.Vertical) + v) + (left * component.Horizontal * 64L);
                short predicted = first;
                first = block[0];
                for (int i = 0; i < mcus * component.Horizontal; i++, block += 64)
                {
                    _writer.Add(block, predicted);
                    predicted = block[0];
                }
            }
        }

        _lengths.Add(_writer.Write(_groups));
    }

    private void WriteIndex(IBufferWriter<byte> output)
    {
        int most = 1;
        foreach (int length in _lengths)
        {
            most = Math.Max(most, length);
        }

        int bits = 32 - BitOperations.LeadingZeroCount((uint)most), bytes = checked((int)((((long)bits * _lengths.Count) + 7) / 8));
        Span<byte> index = output.GetSpan(1 + bytes + (4 * _rows.Count));
        index[0] = (byte)bits;
        Span<byte> lengths = index.Slice(1, bytes);
        ulong window = 0;
        int filled = 0, at = 0;
        foreach (int length in _lengths)
        {
            window |= (ulong)length << filled;
            for (filled += bits; filled >= 8; filled -= 8, window >>= 8)
            {
                lengths[at++] = (byte)window;
            }
        }

        if (filled > 0)
        {
            lengths[at] = (byte)window;
        }

        for (int row = 0; row < _rows.Count; row++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(index[(1 + bytes + (4 * row))..], (uint)_rows[row]);
        }

        output.Advance(1 + bytes + (4 * _rows.Count));
    }
}
