using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// From a JPEG's coefficients, wherever they come from, to the RGB rows of a box: libjpeg-turbo's pixels (ISLOW, fancy upsampling),
/// which do not depend on the box. Of each row of MCUs only the blocks are transformed that the box needs, and its pixels are
/// handed out before the next row is read, so that all of it stays in the cache. One thread's; allocates nothing for an image.
/// </summary>
/// <param name="level">The vectors to compute with; none: the widest. Results are the same.</param>
internal sealed unsafe class FrameDecoder(VectorLevel? level = null) : IDisposable
{
    private readonly PixelKernels _kernels = PixelKernels.For(level);
    private readonly PlaneStrip[] _planes = [new(), new(), new()];
    private readonly CoefficientRow _coefficients = new();
    private readonly PixelMemory _rgb = new();
    private JpegFrame? _frame;
    private IBlockSource? _source;
    private CropBox _box;
    private McuWindow _window;
    private int _planeCount, _mcuRow, _row, _stride;
    private bool _looksDown;

    /// <summary>The vectors that it computes with.</summary>
    public VectorLevel Level => _kernels.Level;

    /// <summary>Whether a frame is one that this can make pixels of: one plane or three, whose sampling factors divide the largest.</summary>
    public static bool Knows(JpegFrame frame)
    {
        // A loop: a closure would be an allocation for every image.
        foreach (JpegComponent component in frame.Components)
        {
            if (!PlaneStrip.Knows(frame, component))
            {
                return false;
            }
        }

        return frame.Components.Length == (frame.Color == JpegColor.Grey ? 1 : 3);
    }

    /// <summary>The MCUs that a box needs: fancy upsampling asks for a sample more to each side.</summary>
    public McuWindow Start(JpegFrame frame, IBlockSource source, in CropBox box)
    {
        (_frame, _source, _box) = (frame, source, box);
        _planeCount = frame.Components.Length;
        _looksDown = false;
        var window = new McuWindow(int.MaxValue, int.MaxValue, 0, 0);
        for (int i = 0; i < _planeCount; i++)
        {
            _planes[i].Start(frame, frame.Components[i], box, _kernels);
            McuWindow needs = _planes[i].Needs;
            window = new McuWindow(
                Math.Min(window.Left, needs.Left), Math.Min(window.Top, needs.Top), Math.Max(window.Right, needs.Right), Math.Max(window.Bottom, needs.Bottom));
            _looksDown |= _planes[i].LooksDown;
        }

        for (int i = 0; i < _planeCount; i++)
        {
            _planes[i].Reserve(frame.Components[i], window);
        }

        _window = window;
        _mcuRow = window.Top;
        _row = box.Top;
        _stride = ((3 * box.Width) + 63) & ~63;
        _rgb.Reserve(((long)_stride * ((8 * frame.MostVertical) + 1)) + (3 * PixelKernels.Slack));
        _coefficients.Reserve(frame, window);
        source.Start(window);
        return window;
    }

    /// <summary>The next rows of the box: those that a row of MCUs completes.</summary>
    /// <param name="rows">The rows, valid until the next call.</param>
    /// <returns>False where the coefficients are damaged.</returns>
    public bool Next(out PixelView rows)
    {
        int height = 8 * _frame!.MostVertical, bottom = _box.Top + _box.Height;
        while (true)
        {
            if (!_source!.Read(_coefficients))
            {
                rows = default;
                return false;
            }

            for (int i = 0; i < _planeCount; i++)
            {
                _planes[i].Transform(_coefficients, i, _mcuRow, keep: _looksDown && _mcuRow > _window.Top);
            }

            _mcuRow++;
            // The last row of pixels may need samples of the next row of MCUs; it comes with that one's.
            int end = _mcuRow == _window.Bottom ? bottom : Math.Min(bottom, (height * _mcuRow) - (_looksDown ? 1 : 0));
            if (end > _row)
            {
                byte* first = _rgb.Reserve(0);
                rows = new PixelView(first, _box.Width, end - _row, _stride);
                for (byte* target = first; _row < end; _row++, target += _stride)
                {
                    Color(_row, target);
                }

                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_planes, plane => plane.Dispose());
        _coefficients.Dispose();
        _rgb.Dispose();
    }

    private void Color(int row, byte* target)
    {
        byte* first = _planes[0].Row(row);
        if (_frame!.Color == JpegColor.Grey)
        {
            _kernels.Rgb(first, first, first, _box.Width, target);
            return;
        }

        byte* second = _planes[1].Row(row), third = _planes[2].Row(row);
        if (_frame.Color == JpegColor.YCbCr)
        {
            _kernels.YCbCr(first, second, third, _box.Width, target);
        }
        else
        {
            _kernels.Rgb(first, second, third, _box.Width, target);
        }
    }
}
