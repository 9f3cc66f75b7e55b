using System.Diagnostics.CodeAnalysis;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// Reads a payload <c>indexed</c> (<see cref="IndexedPayload"/>): only the segments that a window touches. Whatever the bytes are,
/// nothing outside the payload is read and nothing outside the row is written. One thread's; allocates nothing in the steady state.
/// </summary>
internal sealed unsafe class IndexedScan : IBlockSource, IDisposable
{
    private readonly PayloadFrames _frames = new();
    private readonly PayloadIndex _index = new();
    private readonly PixelMemory _copies = new(), _work = new();
    private IndexedTableSet? _set;
    private McuWindow _window;
    private int _row;

    /// <summary>Bytes at the open payload's start that must be there before <see cref="RangesFor"/> can tell the others.</summary>
    public int HeadLength => _index.HeadLength;

    /// <summary>Opens a payload.</summary>
    /// <param name="data">Its bytes; they must stay until the last row was read. Where only ranges of them were fetched, each
    /// stands at its place.</param>
    /// <param name="length">How many.</param>
    /// <param name="tables">The shard's codes; they must stay as long.</param>
    /// <param name="frame">What the coefficients mean.</param>
    /// <returns>False where they are no such payload, or a damaged one.</returns>
    public bool TryOpen(byte* data, int length, IndexedTables tables, [NotNullWhen(true)] out JpegFrame? frame)
    {
        frame = null;
        var bytes = new ReadOnlySpan<byte>(data, length);
        int header = PayloadHeader.Measure(bytes);
        if (header == 0 || header == length || data[0] != (byte)PayloadFormat.Indexed || data[header] >= tables.Count
            || _frames.Find(bytes[..header]) is not { } found || !_index.TryOpen(data, length, header + 1, found, data[6]))
        {
            return false;
        }

        _set = tables[data[header]];
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
        if (_row >= _window.Bottom || !_index.Find(_row, _window, out int first, out int last, out byte* at))
        {
            return false;
        }

        int runs = 0;
        foreach (JpegComponent component in _index.Frame.Components)
        {
            runs += component.Vertical;
        }

        long all = (long)runs * (last - first + 1);
        var waste = (short*)_work.Reserve((128 * sizeof(short)) + (all * sizeof(SegmentRun)));
        var run = (SegmentRun*)(waste + 128);
        var queue = new SegmentQueue { Next = run, End = run + all, Runs = runs };
        for (int g = first; g <= last; g++, run += runs)
        {
            Place(run, g, row);
            run->Data = at;
            at += _index.LengthOf(_row, g);
            run->End = at;
        }

        CopyLast(queue);
        _row++;
        return SegmentReader.Read(&queue, waste);
    }

    /// <inheritdoc cref="PayloadIndex.RangesFor"/>
    public bool RangesFor(in McuWindow window, Span<PayloadRange> ranges) => _index.RangesFor(window, ranges);

    /// <inheritdoc/>
    public void Dispose()
    {
        _copies.Dispose();
        _work.Dispose();
    }

    /// <summary>Segments near the payload's end are read from copies: the reader may look at bytes behind them.</summary>
    private void CopyLast(in SegmentQueue queue)
    {
        long room = 0;
        SegmentRun* from = queue.End;
        for (SegmentRun* run = queue.Next; run < queue.End; run += queue.Runs)
        {
            if (_index.End - run->End < SegmentCursor.Slack)
            {
                from = run < from ? run : from;
                room += run->End - run->Data + SegmentCursor.Slack;
            }
        }

        byte* copy = room == 0 ? null : _copies.Reserve(room);
        for (; from < queue.End; from += queue.Runs)
        {
            long length = from->End - from->Data;
            Buffer.MemoryCopy(from->Data, copy, length, length);
            new Span<byte>(copy + length, SegmentCursor.Slack).Clear();
            from->Data = copy;
            from->End = copy + length;
            copy += length + SegmentCursor.Slack;
        }
    }

    private void Place(SegmentRun* run, int number, CoefficientRow row)
    {
        int left = number * _index.Group, mcus = Math.Min(_index.Group, _index.Frame.McusWide - left);
        int from = Math.Max(_window.Left - left, 0), end = Math.Min(mcus, _window.Right - left), into = left + from - _window.Left;
        JpegComponent[] components = _index.Frame.Components;
        for (int c = 0; c < components.Length; c++)
        {
            int h = components[c].Horizontal, tables = IndexedTable.Base(_index.Frame.Color, c);
            for (int v = 0; v < components[c].Vertical; v++, run++)
            {
                uint* others = _set!.Decoding(tables + IndexedTable.Difference).Differences;
                *run = new SegmentRun
                {
                    Blocks = new BlockRun
                    {
                        Count = mcus * h,
                        From = from * h,
                        End = end * h,
                        Below = v > 0,
                        To = row.Blocks(c, v) + ((long)into * h * 64),
                        Extents = row.Extents(c, v) + ((long)into * h),
                    },
                    Ac = _set.Decoding(tables + IndexedTable.Ac).Pairs,
                    First = v > 0 ? others : _set.Decoding(tables + IndexedTable.First).Differences,
                    Others = others,
                };
            }
        }
    }
}
