using StreamTrainer.Pipeline.Decoding;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// Pillow's antialiased resize, to the bit: horizontal pass first, rounded to 8 bits, then vertical; a pass whose size does not
/// change is skipped. Of the resized image only a window is made, and only the source pixels that it needs are asked for.
/// One thread's; allocates nothing for an image.
/// </summary>
/// <param name="vectors">Whether vector code may be used; the results are the same.</param>
public sealed unsafe class Resampler(bool vectors = true) : IDisposable
{
    private readonly bool _vectors = vectors && ResamplePassAvx2.IsSupported;
    private readonly ResampleTable _columns = new(), _rows = new();
    private readonly PixelMemory _between = new();
    private readonly PixelMemory _gathered = new();
    private ImageSize _source, _target;
    private CropBox _window, _needed;
    private bool _flip;
    private byte* _output;
    private int _pushed;

    /// <summary>Prepares a resize.</summary>
    /// <param name="source">Size of the image (or of the crop: taps never see pixels outside it).</param>
    /// <param name="target">Size that the whole would be resized to.</param>
    /// <param name="window">The part of the resized image that is wanted.</param>
    /// <param name="filter">Bilinear or bicubic.</param>
    /// <returns>The part of the source that is needed for it.</returns>
    public CropBox Prepare(ImageSize source, ImageSize target, in CropBox window, Interpolation filter)
    {
        _source = source;
        _target = target;
        _window = window;
        (int left, int width) = (window.Left, window.Width);
        if (source.Width != target.Width)
        {
            _columns.Build(source.Width, target.Width, filter, window.Left, window.Width);
            (left, width) = _columns.Window;
        }

        (int top, int height) = (window.Top, window.Height);
        if (source.Height != target.Height)
        {
            _rows.Build(source.Height, target.Height, filter, window.Top, window.Height);
            (top, height) = _rows.Window;
        }

        return _needed = new CropBox(left, top, width, height);
    }

    /// <summary>Begins to make the window.</summary>
    /// <param name="flip">Mirror it, left to right.</param>
    /// <param name="target">Packed RGB of the window's size; not a byte behind it is written. Complete when all rows were pushed.</param>
    public void Begin(bool flip, byte* target)
    {
        _flip = flip;
        _output = target;
        _pushed = 0;
    }

    /// <summary>Takes the next rows of the box that <see cref="Prepare"/> asked for, from its top; they are not kept.</summary>
    public void Push(in PixelView pixels)
    {
        if (_pushed == 0 && pixels.Height == _needed.Height)
        {
            Run(pixels, _flip, _output);
            return;
        }

        int stride = 3 * _needed.Width;
        byte* all = _pushed == 0 ? _gathered.Reserve((long)stride * _needed.Height) : _gathered.Reserve(0);
        for (int y = 0; y < pixels.Height; y++)
        {
            Buffer.MemoryCopy(pixels.Row(y), all + (long)(_pushed + y) * stride, stride, stride);
        }

        _pushed += pixels.Height;
        if (_pushed == _needed.Height)
        {
            Run(new PixelView(all, _needed.Width, _needed.Height, stride), _flip, _output);
        }
    }

    /// <summary>Makes the window of all its pixels.</summary>
    private void Run(in PixelView pixels, bool flip, byte* target)
    {
        long rowBytes = 3L * _window.Width;
        if (_source.Height == _target.Height)
        {
            Columns(pixels, flip, target, rowBytes);
            return;
        }

        byte* between = pixels.Row(0);
        long stride = pixels.Stride;
        if (_source.Width != _target.Width || flip)
        {
            between = _between.Reserve(rowBytes * pixels.Height);
            stride = rowBytes;
            Columns(pixels, flip, between, stride);
        }

        for (int y = 0; y < _window.Height; y++)
        {
            byte* source = between + (_rows.Start(y) - _needed.Top) * stride;
            if (_vectors)
            {
                ResamplePassAvx2.Vertical(source, stride, _rows, y, (int)rowBytes, target + y * rowBytes);
            }
            else
            {
                ResamplePass.Vertical(source, stride, _rows.Weights(y), _rows.Taps(y), 0, (int)rowBytes, target + y * rowBytes);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _columns.Dispose();
        _rows.Dispose();
        _between.Dispose();
        _gathered.Dispose();
    }

    private void Columns(in PixelView pixels, bool flip, byte* target, long targetStride)
    {
        int width = _window.Width;
        if (_source.Width == _target.Width)
        {
            for (int y = 0; y < pixels.Height; y++)
            {
                CopyRow(pixels.Row(y), width, flip, target + y * targetStride);
            }
        }
        else if (_vectors)
        {
            ResamplePassAvx2.Horizontal(pixels.Row(0), pixels.Stride, pixels.Height, _needed.Left, _columns, width, flip, target, targetStride);
        }
        else
        {
            for (int y = 0; y < pixels.Height; y++)
            {
                ResamplePass.Horizontal(pixels.Row(y), _needed.Left, _columns, width, flip, target + y * targetStride);
            }
        }
    }

    private static void CopyRow(byte* source, int width, bool flip, byte* target)
    {
        if (!flip)
        {
            Buffer.MemoryCopy(source, target, 3L * width, 3L * width);
            return;
        }

        for (int x = width - 1; x >= 0; x--, source += 3)
        {
            target[3 * x] = source[0];
            target[3 * x + 1] = source[1];
            target[3 * x + 2] = source[2];
        }
    }
}
