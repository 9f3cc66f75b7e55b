using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The rows of a box of any image that comes as blocks of coefficients, a JPEG file's or a shard's, turned where that is asked for.
/// One thread's; allocates nothing for an image.
/// </summary>
/// <param name="level">The vectors to compute with; none: the widest.</param>
internal sealed unsafe class BlockDecoder(VectorLevel? level = null) : IDisposable
{
    private readonly FrameDecoder _frames = new(level);
    private readonly PixelMemory _stored = new(), _turned = new();
    private JpegFrame? _frame;
    private IBlockSource? _source;
    private CropBox _box;
    private int _orientation;

    /// <summary>Takes an image.</summary>
    /// <param name="frame">Its shape; <see cref="FrameDecoder.Knows"/> it.</param>
    /// <param name="source">Its coefficients, opened.</param>
    /// <param name="orientation">EXIF's orientation by which it is turned; 1: it stays.</param>
    /// <returns>Its size, turned.</returns>
    public ImageSize Open(JpegFrame frame, IBlockSource source, int orientation = 1)
    {
        (_frame, _source, _orientation) = (frame, source, orientation);
        return Orientation.Swaps(orientation) ? new ImageSize(frame.Size.Height, frame.Size.Width) : frame.Size;
    }

    /// <summary>Begins a box of the image as it is turned.</summary>
    public void Start(in CropBox box)
    {
        _box = box;
        ImageSize size = _frame!.Size;
        _frames.Start(_frame, _source!, Orientation.Stored(box, size.Width, size.Height, _orientation));
    }

    /// <summary>The next rows of the box; of a turned image all at once.</summary>
    /// <param name="rows">The rows, valid until the next call.</param>
    /// <returns>False where the image is damaged.</returns>
    public bool Next(out PixelView rows) => _orientation > 1 ? NextTurned(out rows) : _frames.Next(out rows);

    /// <summary>Lets go of the image.</summary>
    public void Close() => (_frame, _source) = (null, null);

    /// <inheritdoc/>
    public void Dispose()
    {
        _frames.Dispose();
        _stored.Dispose();
        _turned.Dispose();
    }

    private bool NextTurned(out PixelView rows)
    {
        bool swaps = Orientation.Swaps(_orientation);
        int width = swaps ? _box.Height : _box.Width, height = swaps ? _box.Width : _box.Height;
        byte* stored = _stored.Reserve(3L * width * height), turned = _turned.Reserve(3L * width * height);
        for (int row = 0; row < height;)
        {
            if (!_frames.Next(out rows))
            {
                return false;
            }

            for (int y = 0; y < rows.Height; y++, row++)
            {
                Buffer.MemoryCopy(rows.Row(y), stored + (3L * width * row), 3L * width, 3L * width);
            }
        }

        Orientation.Turn(stored, width, height, _orientation, turned);
        rows = new PixelView(turned, _box.Width, _box.Height, 3 * _box.Width);
        return true;
    }
}
