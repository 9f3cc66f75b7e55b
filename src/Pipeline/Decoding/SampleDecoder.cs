using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>The decoder for whatever a source gives: raw rows as they are, everything else by libvips.</summary>
/// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
public sealed class SampleDecoder(bool exifOrientation) : IImageDecoder
{
    private readonly VipsDecoder _vips = new(exifOrientation);
    private readonly RawDecoder _raw = new();
    private IImageDecoder? _open;

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        _open = sample.Kind == PayloadKind.Encoded ? _vips : _raw;
        return _open.Open(sample);
    }

    /// <inheritdoc/>
    public void Start(in CropBox box) => _open!.Start(box);

    /// <inheritdoc/>
    public PixelView Next() => _open!.Next();

    /// <inheritdoc/>
    public void Close()
    {
        _open?.Close();
        _open = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vips.Dispose();
        _raw.Dispose();
    }
}
