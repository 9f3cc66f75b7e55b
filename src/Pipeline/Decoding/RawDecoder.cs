using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>Pixels that were never encoded: RGB is used where it lies, grey becomes R=G=B.</summary>
internal sealed unsafe class RawDecoder : IImageDecoder
{
    private readonly PixelMemory _memory = new();
    private EncodedSample? _sample;
    private CropBox _box;

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        int bands = sample.Kind == PayloadKind.RawGrey ? 1 : 3;
        if (sample.Width <= 0 || sample.Height <= 0 || (long)sample.Width * sample.Height * bands != sample.Length)
        {
            throw new BadSampleException($"{sample.Length} bytes are not {sample.Width} x {sample.Height} pixels of {bands} bytes");
        }

        _sample = sample;
        return new ImageSize(sample.Width, sample.Height);
    }

    /// <inheritdoc/>
    public void Start(in CropBox box) => _box = box;

    /// <inheritdoc/>
    public PixelView Next()
    {
        CropBox box = _box;
        EncodedSample sample = _sample!;
        long first = (long)box.Top * sample.Width + box.Left;
        if (sample.Kind == PayloadKind.RawRgb)
        {
            return new PixelView(sample.Pointer + 3 * first, box.Width, box.Height, 3 * sample.Width);
        }

        byte* data = _memory.Reserve(3L * box.Width * box.Height);
        for (int y = 0; y < box.Height; y++)
        {
            PixelFormats.Grey(sample.Pointer + first + (long)y * sample.Width, 1, box.Width, data + 3L * y * box.Width);
        }

        return new PixelView(data, box.Width, box.Height, 3 * box.Width);
    }

    /// <inheritdoc/>
    public void Close() => _sample = null;

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
