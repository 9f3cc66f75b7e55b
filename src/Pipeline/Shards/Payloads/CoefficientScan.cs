using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Reads a payload <c>coefficients</c> (<see cref="CoefficientPayload"/>): only the groups that a window touches. Whatever the
/// bytes are, nothing outside the payload is read and nothing outside the row is written. One thread's; allocates nothing in the
/// steady state.
/// </summary>
internal sealed unsafe class CoefficientScan : IBlockSource, IDisposable
{
    /// <summary>Rows of blocks that a group may have: 3 components of 4 rows.</summary>
    private const int MostRuns = 12;

    private readonly PayloadFrames _frames = new();
    private readonly PixelMemory _scratch = new();
    private byte* _lengths, _rows, _data, _end;
    private JpegFrame? _frame;
    private McuWindow _window;
    private int _bits, _group, _groups, _row;

    /// <summary>Bytes at the start that must be there before <see cref="RangesFor"/> can tell the others: header and index; 0
    /// where nothing is open.</summary>
    public int HeadLength { get; private set; }

    /// <summary>Opens a payload.</summary>
    /// <param name="data">Its bytes; they must stay until the last row was read. Where only ranges of them were fetched, each
    /// stands at its place.</param>
    /// <param name="length">How many.</param>
    /// <param name="frame">What the coefficients mean.</param>
    /// <returns>False where they are no such payload, or a damaged one.</returns>
    public bool TryOpen(byte* data, int length, [NotNullWhen(true)] out JpegFrame? frame)
    {
        frame = null;
        HeadLength = 0;
        int header = PayloadHeader.Measure(new ReadOnlySpan<byte>(data, Math.Max(length, 0)));
        if (header == 0 || length == header || data[0] != (byte)PayloadFormat.Coefficients
            || _frames.Find(new ReadOnlySpan<byte>(data, header)) is not { } found)
        {
            return false;
        }

        _bits = data[header];
        _group = data[6];
        _groups = (found.McusWide + _group - 1) / _group;
        _lengths = data + header + 1;
        long lengths = (((long)_groups * found.McusHigh * _bits) + 7) / 8, head = header + 1 + lengths + (4L * found.McusHigh);
        if (_bits is < 1 or > 24 || head > length)
        {
            return false;
        }

        _rows = _lengths + lengths;
        _data = data + head;
        _end = data + length;
        _frame = found;
        if (RowEnd(found.McusHigh - 1) != _end - _data)
        {
            return false;
        }

        HeadLength = (int)head;
        frame = found;
        return true;
    }

    /// <inheritdoc/>
    public void Start(in McuWindow window)
    {
        _window = window;
        _row = window.Top;
    }

    /// <inheritdoc/>
    public bool Read(CoefficientRow row)
    {
        if (_row >= _window.Bottom || !FindRow(_row, _window, out byte* at, out byte* end, out int first, out int last))
        {
            return false;
        }

        _row++;
        for (int g = first; g <= last; g++)
        {
            int length = GroupLength(((_row - 1) * _groups) + g);
            if (length > end - at || !ReadGroup(at, length, g, row))
            {
                return false;
            }

            at += length;
        }

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
            if (!FindRow(row, window, out byte* at, out byte* end, out int first, out int last))
            {
                return false;
            }

            long length = 0;
            for (int g = first; g <= last; g++)
            {
                length += GroupLength((row * _groups) + g);
            }

            if (length > end - at)
            {
                return false;
            }

            ranges[row - window.Top] = new PayloadRange(HeadLength + (int)(at - _data), (int)length);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _scratch.Dispose();

    private uint RowEnd(int row) => Unsafe.ReadUnaligned<uint>(_rows + (4L * row));

    /// <summary>A length's bits end before the table of rows does, so four bytes are always there.</summary>
    private int GroupLength(int group)
    {
        long bit = (long)group * _bits;
        return (int)((Unsafe.ReadUnaligned<uint>(_lengths + (bit >> 3)) >> (int)(bit & 7)) & ((1U << _bits) - 1));
    }

    private bool FindRow(int row, in McuWindow window, out byte* at, out byte* end, out int first, out int last)
    {
        uint begins = row == 0 ? 0 : RowEnd(row - 1), ends = RowEnd(row);
        first = window.Left / _group;
        last = (window.Right - 1) / _group;
        at = end = _data;
        if (begins > ends || ends > _end - _data)
        {
            return false;
        }

        end = _data + ends;
        long skipped = begins;
        for (int g = 0; g < first; g++)
        {
            skipped += GroupLength((row * _groups) + g);
        }

        at = _data + Math.Min(skipped, ends);
        return skipped <= ends;
    }

    private bool ReadGroup(byte* data, int length, int number, CoefficientRow row)
    {
        int left = number * _group, mcus = Math.Min(_group, _frame!.McusWide - left), blocks = 0, count = 0;
        BlockRun* runs = stackalloc BlockRun[MostRuns];
        for (int c = 0; c < _frame.Components.Length; c++)
        {
            JpegComponent component = _frame.Components[c];
            int h = component.Horizontal, from = Math.Max(_window.Left - left, 0) * h;
            for (int v = 0; v < component.Vertical; v++)
            {
                long into = ((long)(left - _window.Left) * h) + from;
                runs[count++] = new BlockRun
                {
                    Count = mcus * h,
                    From = from,
                    End = Math.Min(mcus, _window.Right - left) * h,
                    Below = v > 0,
                    To = row.Blocks(c, v) + (into * 64),
                    Extents = row.Extents(c, v) + into,
                };
                blocks += mcus * h;
            }
        }

        short* waste = stackalloc short[64];
        if (_end - data < length + CoefficientGroup.Slack)
        {
            // The last groups: vector loads would leave the payload.
            byte* copy = _scratch.Reserve(length + CoefficientGroup.Slack);
            Buffer.MemoryCopy(data, copy, length, length);
            new Span<byte>(copy + length, CoefficientGroup.Slack).Clear();
            data = copy;
        }

        CoefficientGroup group = default;
        return group.Open(data, length, blocks) && CoefficientUnpacker.Unpack(ref group, runs, count, waste);
    }
}
