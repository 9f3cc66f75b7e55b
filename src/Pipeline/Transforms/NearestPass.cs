using StreamTrainer.Pipeline.Decoding;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Pillow's <see cref="Interpolation.Nearest"/> (its <c>ImagingScaleAffine</c>): no filter; the place in the source is
/// stepped, not multiplied, so that its rounding errors are Pillow's too. One thread's.</summary>
internal sealed unsafe class NearestPass : IDisposable
{
    private readonly ResampleMemory<int> _columns = new(), _rows = new();
    private int* _column, _row;
    private CropBox _window;
    private bool _flip;
    private byte* _output;
    private int _made, _pushed, _stride;

    /// <inheritdoc cref="Resampler.Prepare(ImageSize, in ResampleBox, ImageSize, in CropBox, Interpolation)"/>
    public CropBox Prepare(ImageSize source, in ResampleBox box, ImageSize target, in CropBox window)
    {
        _window = window;
        _column = _columns.Reserve(window.Width);
        _row = _rows.Reserve(window.Height);
        (int left, int width) = Places(source.Width, box.Left, box.Right, target.Width, window.Left, window.Width, _column);
        (int top, int height) = Places(source.Height, box.Top, box.Bottom, target.Height, window.Top, window.Height, _row);
        return new CropBox(left, top, width, height);
    }

    /// <inheritdoc cref="Resampler.Begin(bool, byte*, int)"/>
    public void Begin(bool flip, byte* target, int stride)
    {
        _flip = flip;
        _stride = stride;
        _output = target;
        _made = _pushed = 0;
    }

    /// <inheritdoc cref="Resampler.Push"/>
    public void Push(in PixelView pixels)
    {
        for (int y = 0; y < pixels.Height; y++, _pushed++)
        {
            while (_made < _window.Height && _row[_made] == _pushed)
            {
                Row(pixels.Row(y), _output + (long)_stride * _made);
                _made++;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _columns.Dispose();
        _rows.Dispose();
    }

    /// <summary>Which source pixel each output pixel is, counted from the first one that is needed.</summary>
    private static (int First, int Count) Places(int source, float from, float to, int target, int first, int count, int* places)
    {
        double step = (double)(to - from) / target, place = from + step * 0.5;
        for (int i = 0; i < first + count; i++, place += step)
        {
            if (i >= first)
            {
                places[i - first] = Math.Min((int)place, source - 1);
            }
        }

        int start = places[0];
        for (int i = 0; i < count; i++)
        {
            places[i] -= start;
        }

        return (start, places[count - 1] + 1);
    }

    private void Row(byte* source, byte* target)
    {
        int step = _flip ? -3 : 3;
        target += _flip ? 3L * (_window.Width - 1) : 0;
        for (int x = 0; x < _window.Width; x++, target += step)
        {
            byte* pixel = source + 3L * _column[x];
            target[0] = pixel[0];
            target[1] = pixel[1];
            target[2] = pixel[2];
        }
    }
}
