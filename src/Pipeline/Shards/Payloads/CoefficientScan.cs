using System.Diagnostics.CodeAnalysis;
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
    private readonly PayloadIndex _index = new();
    private readonly PixelMemory _copy = new(), _work = new();
    private readonly VectorLevel _level;
    private McuWindow _window;
    private int _row;

    /// <summary>A reader.</summary>
    /// <param name="level">How wide vectors may be; none: as wide as the processor has them.</param>
    public CoefficientScan(VectorLevel? level = null) => _level = VectorLevels.Usable(level);

    /// <summary>Bytes at the open payload's start that must be there before <see cref="RangesFor"/> can tell the others.</summary>
    public int HeadLength => _index.HeadLength;

    /// <summary>Opens a payload.</summary>
    /// <param name="data">Its bytes; they must stay until the last row was read. Where only ranges of them were fetched, each
    /// stands at its place.</param>
    /// <param name="length">How many.</param>
    /// <param name="frame">What the coefficients mean.</param>
    /// <returns>False where they are no such payload, or a damaged one.</returns>
    public bool TryOpen(byte* data, int length, [NotNullWhen(true)] out JpegFrame? frame)
    {
        frame = null;
        var bytes = new ReadOnlySpan<byte>(data, length);
        int header = PayloadHeader.Measure(bytes);
        if (header == 0 || data[0] != (byte)PayloadFormat.Coefficients || _frames.Find(bytes[..header]) is not { } found
            || !_index.TryOpen(data, length, header, found, data[6]))
        {
            return false;
        }

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

        for (int g = first; g <= last; g++)
        {
            int length = _index.LengthOf(_row, g);
            if (!ReadGroup(at, length, g, row))
            {
                return false;
            }

            at += length;
        }

        _row++;
        return true;
    }

    /// <inheritdoc cref="PayloadIndex.RangesFor"/>
    public bool RangesFor(in McuWindow window, Span<PayloadRange> ranges) => _index.RangesFor(window, ranges);

    /// <summary>Unpacks an opened group at a level; see <see cref="CoefficientUnpacker.Unpack"/>.</summary>
    public static bool Unpack(VectorLevel level, ref CoefficientGroup group, BlockRun* runs, int count, short* waste) => level switch
    {
        VectorLevel.Vector512 when CoefficientUnpackerAvx512.IsSupported => CoefficientUnpackerAvx512.Unpack(ref group, runs, count, waste),
        VectorLevel.Scalar => CoefficientUnpacker.Unpack(ref group, runs, count, waste),
        _ => CoefficientUnpacker128.Unpack(ref group, runs, count, waste),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _copy.Dispose();
        _work.Dispose();
    }

    private bool ReadGroup(byte* data, int length, int number, CoefficientRow row)
    {
        var runs = (BlockRun*)_work.Reserve((MostRuns * sizeof(BlockRun)) + (2 * 64 * sizeof(short)));
        int count = Place(runs, number, row, out int blocks);
        if (_index.End - data < length + CoefficientGroup.Slack)
        {
            // The last groups: vector loads would leave the payload.
            byte* copy = _copy.Reserve(length + CoefficientGroup.Slack);
            Buffer.MemoryCopy(data, copy, length, length);
            new Span<byte>(copy + length, CoefficientGroup.Slack).Clear();
            data = copy;
        }

        var waste = (short*)(runs + MostRuns);
        CoefficientGroup group = default;
        return group.Open(data, length, blocks) && Unpack(_level, ref group, runs, count, waste);
    }

    private int Place(BlockRun* runs, int number, CoefficientRow row, out int blocks)
    {
        int left = number * _index.Group, mcus = Math.Min(_index.Group, _index.Frame.McusWide - left), count = 0;
        int from = Math.Max(_window.Left - left, 0), end = Math.Min(mcus, _window.Right - left), into = left + from - _window.Left;
        blocks = 0;
        JpegComponent[] components = _index.Frame.Components;
        for (int c = 0; c < components.Length; c++)
        {
            int h = components[c].Horizontal;
            for (int v = 0; v < components[c].Vertical; v++)
            {
                runs[count++] = new BlockRun
                {
                    Count = mcus * h,
                    From = from * h,
                    End = end * h,
                    Below = v > 0,
                    To = row.Blocks(c, v) + ((long)into * h * 64),
                    Extents = row.Extents(c, v) + ((long)into * h),
                };
                blocks += mcus * h;
            }
        }

        return count;
    }
}
