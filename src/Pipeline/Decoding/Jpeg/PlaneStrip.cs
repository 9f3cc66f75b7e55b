using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// One plane of a JPEG as far as a box needs it: the samples of one row of MCUs and the last row above them, which upsampling
/// looks back to. Only the blocks that the box needs are transformed. One thread's; its memory is used again.
/// </summary>
internal sealed unsafe class PlaneStrip : IDisposable
{
    /// <summary>Bytes before a row's first sample: the neighbour that the image's edge lacks, and alignment.</summary>
    private const int Margin = 64;

    private readonly PixelMemory _samples = new(), _steps = new(), _sums = new(), _wide = new();
    private PixelKernels _kernels = PixelKernels.For(null);
    private Upsampling _upsampling;
    private int _across, _down, _rowsHigh;
    private int _boxLeft, _boxWidth;
    private int _firstSampleRow, _lastSampleRow, _firstSample, _lastSample, _lastColumn;
    private int _leftBlock, _windowBlocks, _firstBlock, _endBlock;
    private int _vertical, _top, _stride;
    private byte* _first;

    /// <summary>Whether a row of the image may need the samples of the row of MCUs below it.</summary>
    public bool LooksDown => _upsampling is Upsampling.WidenBoth or Upsampling.Between;

    /// <summary>The MCUs that the box needs of this plane.</summary>
    public McuWindow Needs { get; private set; }

    /// <summary>Whether this plane's sampling divides the image's; libjpeg knows no other.</summary>
    public static bool Knows(JpegFrame frame, JpegComponent component) =>
        frame.MostHorizontal % component.Horizontal == 0 && frame.MostVertical % component.Vertical == 0;

    /// <summary>Prepares a box; <see cref="Needs"/> then says what it takes.</summary>
    public void Start(JpegFrame frame, JpegComponent component, in CropBox box, PixelKernels kernels)
    {
        _kernels = kernels;
        _across = frame.MostHorizontal / component.Horizontal;
        _down = frame.MostVertical / component.Vertical;
        _vertical = component.Vertical;
        (_boxLeft, _boxWidth) = (box.Left, box.Width);
        // The size that counts at the edges is the image's, not that of the blocks.
        int width = Ceiling(frame.Size.Width, _across), height = Ceiling(frame.Size.Height, _down);
        _lastColumn = width - 1;
        _rowsHigh = height;
        _upsampling = (_across, _down) switch
        {
            (1, 1) => Upsampling.None,
            (2, 1) when width > 2 => Upsampling.Widen,
            (2, 2) when width > 2 => Upsampling.WidenBoth,
            (1, 2) => Upsampling.Between,
            _ => Upsampling.Repeat,
        };
        int beside = _upsampling is Upsampling.Widen or Upsampling.WidenBoth ? 1 : 0;
        int bottom = box.Top + box.Height - 1, right = box.Left + box.Width - 1;
        _firstSample = Math.Max(0, (box.Left / _across) - beside);
        _lastSample = Math.Min(width - 1, (right / _across) + beside);
        // The row between two that lies in the upper half of a sample looks up, the other looks down.
        _firstSampleRow = Math.Max(0, (box.Top / _down) - (LooksDown && box.Top % 2 == 0 ? 1 : 0));
        _lastSampleRow = Math.Min(height - 1, (bottom / _down) + (LooksDown && bottom % 2 == 1 ? 1 : 0));
        Needs = new McuWindow(
            _firstSample / (8 * component.Horizontal), _firstSampleRow / (8 * component.Vertical),
            (_lastSample / (8 * component.Horizontal)) + 1, (_lastSampleRow / (8 * component.Vertical)) + 1);

        var steps = (short*)_steps.Reserve(64 * sizeof(short));
        for (int i = 0; i < 64; i++)
        {
            steps[i] = (short)component.Quantisation[i];
        }
    }

    /// <summary>Makes room for the MCUs that all planes together need.</summary>
    public void Reserve(JpegComponent component, in McuWindow window)
    {
        _leftBlock = window.Left * component.Horizontal;
        _windowBlocks = (window.Right - window.Left) * component.Horizontal;
        _firstBlock = (_firstSample / 8) - _leftBlock;
        _endBlock = (_lastSample / 8) + 1 - _leftBlock;
        // A vector's blocks at least; the last ones are done again where they are fewer.
        _firstBlock = Math.Max(0, Math.Min(_firstBlock, _endBlock - PixelKernels.LeastBlocks));
        _stride = Margin + Align((8 * Math.Max(_windowBlocks, PixelKernels.LeastBlocks)) + PixelKernels.Slack);
        _first = _samples.Reserve(((long)_stride * ((8 * _vertical) + 1)) + PixelKernels.Slack) + _stride + Margin;
        int count = (_boxWidth / _across) + 2;
        _wide.Reserve(((long)count * _across) + PixelKernels.Slack);
        _sums.Reserve(((long)count + 2) * sizeof(short) + (2 * PixelKernels.Slack));
    }

    /// <summary>Makes the samples of a row of MCUs of its coefficients.</summary>
    /// <param name="row">The coefficients.</param>
    /// <param name="component">Which plane.</param>
    /// <param name="mcuRow">Which row; each comes once, from the window's top.</param>
    /// <param name="keep">Whether the last row of the samples that were there is needed still.</param>
    public void Transform(CoefficientRow row, int component, int mcuRow, bool keep)
    {
        if (keep)
        {
            KeepLastRow();
        }

        _top = 8 * _vertical * mcuRow;
        var steps = (short*)_steps.Reserve(0);
        for (int v = 0; v < _vertical; v++)
        {
            int from = _top + (8 * v);
            if (from > _lastSampleRow || from + 8 <= _firstSampleRow)
            {
                continue;
            }

            byte* samples = _first + (8L * v * _stride);
            _kernels.Transform(row.Blocks(component, v) + (64L * _firstBlock), _endBlock - _firstBlock, steps, samples + (8 * _firstBlock), _stride);
            if (_upsampling is Upsampling.Widen or Upsampling.WidenBoth)
            {
                MirrorEdges(samples);
            }
        }
    }

    /// <summary>The samples of a row of the image, from the box's left column on.</summary>
    /// <param name="y">The row; it must be of the row of MCUs that was transformed last, or the last above it.</param>
    /// <returns>As many as the box is wide, and slack; valid until the next call.</returns>
    public byte* Row(int y)
    {
        int nearRow = y / _down, left = _boxLeft / _across;
        byte* near = Samples(nearRow) + left - (8 * _leftBlock);
        if (_upsampling == Upsampling.None)
        {
            return near;
        }

        int count = ((_boxLeft + _boxWidth - 1) / _across) + 1 - left;
        byte* wide = _wide.Reserve(0);
        bool below = y % 2 == 1;
        byte* far = LooksDown ? Samples(Math.Clamp(below ? nearRow + 1 : nearRow - 1, 0, _rowsHigh - 1)) + left - (8 * _leftBlock) : near;
        switch (_upsampling)
        {
            case Upsampling.Widen:
                _kernels.Widen(near, count, wide);
                break;
            case Upsampling.WidenBoth:
                _kernels.WidenBoth(near, far, count, (short*)_sums.Reserve(0), wide);
                break;
            case Upsampling.Between:
                _kernels.Between(near, far, below ? 2 : 1, count, wide);
                break;
            default:
                Repeat(near, count, wide);
                break;
        }

        return wide + (_boxLeft - (left * _across));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _samples.Dispose();
        _steps.Dispose();
        _sums.Dispose();
        _wide.Dispose();
    }

    private static int Ceiling(int value, int divisor) => (value + divisor - 1) / divisor;

    private static int Align(int bytes) => (bytes + 63) & ~63;

    private byte* Samples(int row) => _first + ((long)(row - _top) * _stride);

    private void KeepLastRow()
    {
        byte* last = _first + (((8L * _vertical) - 1) * _stride);
        Buffer.MemoryCopy(last - 1, _first - _stride - 1, (8L * _windowBlocks) + 2, (8L * _windowBlocks) + 2);
    }

    /// <summary>Beyond the image's left and right edge lies its outermost sample once more: libjpeg's rule for those pixels.</summary>
    private void MirrorEdges(byte* samples)
    {
        int right = _lastColumn - (8 * _leftBlock);
        for (int y = 0; y < 8; y++, samples += _stride)
        {
            if (_firstSample == 0)
            {
                samples[-1] = samples[0];
            }

            if (_lastSample == _lastColumn)
            {
                samples[right + 1] = samples[right];
            }
        }
    }

    private void Repeat(byte* row, int count, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            for (int copy = 0; copy < _across; copy++)
            {
                *target++ = row[i];
            }
        }
    }
}
