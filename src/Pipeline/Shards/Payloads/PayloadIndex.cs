using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Where the groups of a payload are: what both payloads have behind their headers. It is checked as it is used, so that opening
/// a payload costs the same for any size.
/// <code>
/// u8       bits of a group's length, 1 to 24
/// lengths  bytes of each group, row by row, in that many bits each, from the least significant bit; to a whole byte
/// u32      for each row of MCUs where it ends, in bytes behind this table
/// groups   row by row, one behind the other
/// </code>
/// </summary>
internal sealed unsafe class PayloadIndex
{
    /// <summary>Most bits of a length.</summary>
    public const int MostBits = 24;

    private byte* _start, _lengths, _rows, _data;
    private int _bits;

    /// <summary>The frame.</summary>
    public JpegFrame Frame { get; private set; } = null!;

    /// <summary>MCUs of a group; the last one of a row may have fewer.</summary>
    public int Group { get; private set; }

    /// <summary>Groups of a row.</summary>
    public int Groups { get; private set; }

    /// <summary>Bytes before the first group: header and index.</summary>
    public int HeadLength { get; private set; }

    /// <summary>Behind the payload's last byte.</summary>
    public byte* End { get; private set; }

    /// <summary>Opens the index of a payload.</summary>
    /// <param name="data">The payload.</param>
    /// <param name="length">Its length.</param>
    /// <param name="at">Where its index begins.</param>
    /// <param name="frame">Its frame.</param>
    /// <param name="group">MCUs of a group.</param>
    /// <returns>False where it does not fit the payload.</returns>
    public bool TryOpen(byte* data, int length, int at, JpegFrame frame, int group)
    {
        HeadLength = 0;
        if (at >= length || data[at] is < 1 or > MostBits)
        {
            return false;
        }

        Frame = frame;
        Group = group;
        Groups = (frame.McusWide + group - 1) / group;
        _bits = data[at];
        long lengths = (((long)Groups * frame.McusHigh * _bits) + 7) / 8, head = at + 1 + lengths + (4L * frame.McusHigh);
        if (head > length)
        {
            return false;
        }

        _start = data;
        _lengths = data + at + 1;
        _rows = _lengths + lengths;
        _data = data + head;
        End = data + length;
        HeadLength = (int)head;
        return RowEnd(frame.McusHigh - 1) == length - head;
    }

    /// <summary>Bytes of a group, whatever they are.</summary>
    public int LengthOf(int row, int group)
    {
        // A length's bits end before the table of rows does, so four bytes are always there.
        long bit = (((long)row * Groups) + group) * _bits;
        return (int)((Unsafe.ReadUnaligned<uint>(_lengths + (bit >> 3)) >> (int)(bit & 7)) & ((1U << _bits) - 1));
    }

    /// <summary>Finds the groups of a row that a window touches.</summary>
    /// <param name="row">The row of MCUs.</param>
    /// <param name="window">The window.</param>
    /// <param name="first">The first group's number in the row.</param>
    /// <param name="last">The last one's.</param>
    /// <param name="at">Where the first one begins.</param>
    /// <returns>False where the groups are not inside the row's bytes, or those not inside the payload.</returns>
    public bool Find(int row, in McuWindow window, out int first, out int last, out byte* at)
    {
        long begins = row == 0 ? 0 : RowEnd(row - 1), ends = RowEnd(row);
        first = window.Left / Group;
        last = (window.Right - 1) / Group;
        at = _data;
        if (ends > End - _data)
        {
            return false;
        }

        for (int g = 0; g < first; g++)
        {
            begins += LengthOf(row, g);
        }

        long behind = begins;
        for (int g = first; g <= last; g++)
        {
            behind += LengthOf(row, g);
        }

        if (behind > ends)
        {
            return false;
        }

        at = _data + begins;
        return true;
    }

    /// <summary>The bytes behind the head that a window needs, one range for each of its rows of MCUs.</summary>
    /// <param name="window">The window.</param>
    /// <param name="ranges">Room for <c>Bottom - Top</c> ranges.</param>
    /// <returns>False where the index is damaged.</returns>
    public bool RangesFor(in McuWindow window, Span<PayloadRange> ranges)
    {
        for (int row = window.Top; row < window.Bottom; row++)
        {
            if (!Find(row, window, out int first, out int last, out byte* at))
            {
                return false;
            }

            int length = 0;
            for (int g = first; g <= last; g++)
            {
                length += LengthOf(row, g);
            }

            ranges[row - window.Top] = new PayloadRange((int)(at - _start), length);
        }

        return true;
    }

    private uint RowEnd(int row) => Unsafe.ReadUnaligned<uint>(_rows + (4L * row));
}
