using System.Numerics;
using System.Runtime.Intrinsics.X86;
using StreamTrainer.Pipeline.Decoding;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// Pillow's antialiased resize, to the bit: horizontal pass first, rounded to 8 bits, then vertical. Of the resized image only a
/// window is made, and only the source pixels that it needs are asked for. Rows are taken as they come: each goes through the
/// horizontal pass into a small ring of rows, and an output row is made, straight into the target, as soon as its last source row
/// is there. So neither the image nor the half-resized one is ever written as a whole, and all that is between lies in the
/// first-level cache. One thread's; allocates nothing for an image.
/// </summary>
public sealed unsafe class Resampler : IDisposable
{
    /// <summary>16-bit numbers behind a row of the ring that vector code may read or write.</summary>
    private const int Slack = 128;

    private const int CacheLine = 64;

    private readonly VectorLevel _level;
    private readonly ResampleTable _columns, _rows;
    private readonly ResampleGroups _groups = new();
    private readonly NearestPass _nearest = new();
    private readonly ResampleMemory<short> _ring = new();
    private readonly ResampleMemory<nint> _pointers = new();
    private readonly PixelMemory _odd = new();
    private ResampleAxis _across, _down;
    private CropBox _window, _needed;
    private byte* _output;
    private int _pushed, _made, _pairs, _ringMask;
    private short* _ringRows;
    private byte* _oddRow;
    private long _ringStride, _outputStride;
    private bool _isNearest, _isGrouped;

    /// <summary>A resampler for one thread.</summary>
    public Resampler()
        : this(VectorLevel.Current)
    {
    }

    /// <summary>A resampler that does not use all that the processor has; the results are the same.</summary>
    internal Resampler(VectorLevel level)
    {
        _level = VectorLevels.Usable(level);
        _columns = new ResampleTable(_level);
        _rows = new ResampleTable(_level);
    }

    /// <summary>Prepares a resize of a whole image, or of a crop: taps never see pixels outside it.</summary>
    /// <param name="source">Size of the image or the crop.</param>
    /// <param name="target">Size that the whole would be resized to.</param>
    /// <param name="window">The part of the resized image that is wanted.</param>
    /// <param name="filter">The filter; not random.</param>
    /// <returns>The part of the source that is needed for it.</returns>
    public CropBox Prepare(ImageSize source, ImageSize target, in CropBox window, Interpolation filter) =>
        Prepare(source, ResampleBox.Of(source), target, window, filter);

    /// <summary>Prepares a resize of a part of an image, as Pillow's <c>resize(size, filter, box)</c>.</summary>
    /// <param name="source">Size of the image.</param>
    /// <param name="box">The part, inside the image and not empty; taps see what lies around it.</param>
    /// <param name="target">Size that the part would be resized to.</param>
    /// <param name="window">The part of the resized image that is wanted.</param>
    /// <param name="filter">The filter; not random.</param>
    /// <returns>The part of the source that is needed for it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The part or the window lies outside, or the filter is random.</exception>
    public CropBox Prepare(ImageSize source, in ResampleBox box, ImageSize target, in CropBox window, Interpolation filter)
    {
        if (!(box.Left >= 0 && box.Left < box.Right && box.Right <= source.Width && box.Top >= 0 && box.Top < box.Bottom && box.Bottom <= source.Height))
        {
            throw new ArgumentOutOfRangeException(nameof(box), box, $"must be a part of {source}");
        }

        if (window.Left < 0 || window.Width < 1 || window.Left > target.Width - window.Width || window.Top < 0 || window.Height < 1 || window.Top > target.Height - window.Height)
        {
            throw new ArgumentOutOfRangeException(nameof(window), window, $"must be a part of {target}");
        }

        _window = window;
        _isNearest = filter == Interpolation.Nearest;
        if (_isNearest)
        {
            return _needed = _nearest.Prepare(source, box, target, window);
        }

        _across = new ResampleAxis(source.Width, box.Left, box.Right, target.Width, filter);
        _down = new ResampleAxis(source.Height, box.Top, box.Bottom, target.Height, filter);
        (int left, int width) = _across.Window(window.Left, window.Width);
        (int top, int height) = _down.Window(window.Top, window.Height);
        return _needed = new CropBox(left, top, width, height);
    }

    /// <summary>Begins to make the window, packed.</summary>
    /// <inheritdoc cref="Begin(bool, byte*, int)"/>
    public void Begin(bool flip, byte* target) => Begin(flip, target, 3 * _window.Width);

    /// <summary>Begins to make the window.</summary>
    /// <param name="flip">Mirror it, left to right.</param>
    /// <param name="target">RGB of the window's size; not a byte beside it is written. Complete when all rows were pushed.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    public void Begin(bool flip, byte* target, int stride)
    {
        _output = target;
        _outputStride = stride;
        _pushed = _made = _pairs = 0;
        if (_isNearest)
        {
            _nearest.Begin(flip, target, stride);
            return;
        }

        _columns.Build(_across, _window.Left, _window.Width, flip, origin: null);
        _rows.Build(_down, _window.Top, _window.Height, mirrored: false, _needed.Top);
        _isGrouped = _level == VectorLevel.Vector512 && _groups.Build(_columns);
        // Two pairs come at once, and as many as an output row takes may have to wait for them.
        int ring = (int)BitOperations.RoundUpToPowerOf2((uint)(_rows.MostTaps / 2 + 3));
        _ringStride = (6L * _window.Width + Slack + 31) / 32 * 32;
        _ringRows = _ring.Reserve(ring * _ringStride);
        _ringMask = ring - 1;
        _pointers.Reserve(_rows.MostTaps / 2 + 2);
        _oddRow = _odd.Reserve(3L * _needed.Width);
    }

    /// <summary>Takes the next rows of the box that <see cref="Prepare(ImageSize, ImageSize, in CropBox, Interpolation)"/> asked
    /// for, from its top; they are not kept.</summary>
    /// <exception cref="ArgumentException">They are not the box's.</exception>
    public void Push(in PixelView pixels)
    {
        if (pixels.Width < _needed.Width || pixels.Height > _needed.Height - _pushed)
        {
            throw new ArgumentException($"{pixels.Width} x {pixels.Height} pixels after {_pushed} rows of {_needed}", nameof(pixels));
        }

        if (_isNearest)
        {
            _nearest.Push(pixels);
            _pushed += pixels.Height;
            return;
        }

        // Rows go in pairs: where one was left over, it comes before these.
        int left = _pushed % 2, count = left + pixels.Height;
        _pushed += pixels.Height;
        int at = 0;
        for (; at + 1 < count; at += 4)
        {
            bool four = at + 3 < count;
            byte* s0 = at < left ? _oddRow : pixels.Row(at - left), s1 = pixels.Row(at + 1 - left);
            Ahead(pixels, at + 4);
            Pairs(s0, s1, four ? pixels.Row(at + 2 - left) : s0, four ? pixels.Row(at + 3 - left) : s1, four ? 2 : 1);
        }

        if (count % 2 == 1)
        {
            byte* last = count == 1 && left == 1 ? _oddRow : pixels.Row(pixels.Height - 1);
            if (_pushed == _needed.Height)
            {
                Pairs(last, last, last, last, 1);
            }
            else
            {
                Buffer.MemoryCopy(last, _oddRow, 3L * _needed.Width, 3L * _needed.Width);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _columns.Dispose();
        _rows.Dispose();
        _groups.Dispose();
        _nearest.Dispose();
        _ring.Dispose();
        _pointers.Dispose();
        _odd.Dispose();
    }

    /// <summary>The horizontal pass by the widest vectors that can do it.</summary>
    internal static void Across(VectorLevel level, in ResampleRows rows, ResampleTable table, ResampleGroups? groups)
    {
        switch (level)
        {
            case VectorLevel.Vector512 when groups is not null:
                ResamplePass512.Horizontal(rows, table, groups);
                break;
            case VectorLevel.Vector512 or VectorLevel.Vector256:
                ResamplePass256.Horizontal(rows, table);
                break;
            case VectorLevel.Vector128:
                ResamplePass128.Horizontal(rows, table);
                break;
            default:
                ResamplePass.Horizontal(rows, table);
                break;
        }
    }

    /// <summary>The horizontal pass of one or two pairs of rows, then the output rows that can be made.</summary>
    private void Pairs(byte* s0, byte* s1, byte* s2, byte* s3, int count)
    {
        short* first = RingRow(_pairs);
        var rows = new ResampleRows
        {
            S0 = s0,
            S1 = s1,
            S2 = s2,
            S3 = s3,
            T01 = first,
            T23 = count == 2 ? RingRow(_pairs + 1) : first,
            Origin = _needed.Left,
            Width = _needed.Width,
        };
        Across(_level, rows, _columns, _isGrouped ? _groups : null);
        _pairs += count;
        while (_made < _window.Height && _rows.Starts[_made] + _rows.Taps[_made] - _needed.Top <= Math.Min(2 * _pairs, _needed.Height))
        {
            OutputRow(_made);
            _made++;
        }
    }

    private void OutputRow(int row)
    {
        int start = _rows.Starts[row] - _needed.Top, count = (start % 2 + _rows.Taps[row] + 1) / 2;
        var pairs = (short**)_pointers.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            pairs[i] = RingRow(start / 2 + i);
        }

        int length = 3 * _window.Width;
        byte* target = _output + _outputStride * row;
        switch (_level)
        {
            case VectorLevel.Vector512:
                ResamplePass512.Vertical(pairs, count, _rows, row, length, target);
                break;
            case VectorLevel.Vector256:
                ResamplePass256.Vertical(pairs, count, _rows, row, length, target);
                break;
            case VectorLevel.Vector128:
                ResamplePass128.Vertical(pairs, count, _rows, row, length, target);
                break;
            default:
                ResamplePass.Vertical(pairs, start % 2 == 1, _rows, row, length, target);
                break;
        }
    }

    /// <summary>Asks for the rows after these four. Where pixels come straight from memory, that halves the time; a row that is
    /// not there, or belongs to something else, costs nothing: asking is not reading.</summary>
    private void Ahead(in PixelView pixels, int row)
    {
        if (!Sse.IsSupported)
        {
            return;
        }

        for (int y = row; y < row + 4; y++)
        {
            byte* start = pixels.Row(y);
            for (int i = 0; i < 3 * _needed.Width; i += CacheLine)
            {
                Sse.Prefetch0(start + i);
            }
        }
    }

    private short* RingRow(int pair) => _ringRows + (pair & _ringMask) * _ringStride;
}
