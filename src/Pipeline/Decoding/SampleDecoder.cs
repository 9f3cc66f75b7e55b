using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// The decoder for whatever a source gives: raw rows as they are, baseline JPEG and shards' payloads by our own decoders,
/// everything else by libvips.
/// Where ours meets damage, in the middle of an image too, libvips decodes the box again and says what the rest is.
/// </summary>
/// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
/// <param name="decoder">Which decoder image files get.</param>
public sealed class SampleDecoder(bool exifOrientation, DecoderKind decoder = DecoderKind.Auto) : IImageDecoder
{
    private readonly VipsDecoder? _vips = decoder == DecoderKind.Managed ? null : new(exifOrientation);
    private readonly JpegDecoder? _jpeg = decoder == DecoderKind.Libvips ? null : new(exifOrientation);
    private readonly RawDecoder _raw = new();
    private readonly PayloadDecoder _payload = new(exifOrientation);
    private IImageDecoder? _open;
    private EncodedSample? _sample;
    private ImageSize _size;
    private CropBox _box;
    private int _given;

    /// <summary>Whether the image that is open, or was last, comes from our own JPEG decoder.</summary>
    internal bool IsOwn { get; private set; }

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        _sample = sample;
        IsOwn = false;
        if (sample.Kind is PayloadKind.Coefficients or PayloadKind.Indexed)
        {
            _open = _payload;
        }
        else if (sample.Kind != PayloadKind.Encoded)
        {
            _open = _raw;
        }
        else if (_vips is null)
        {
            _open = _jpeg!;
        }
        else if (_jpeg is not null && _jpeg.TryOpen(sample, out _size))
        {
            IsOwn = true;
            _open = _jpeg;
            return _size;
        }
        else
        {
            _open = _vips;
        }

        _size = _open.Open(sample);
        IsOwn = _open == _jpeg;
        return _size;
    }

    /// <inheritdoc/>
    public void Start(in CropBox box)
    {
        _box = box;
        _given = 0;
        _open!.Start(box);
    }

    /// <inheritdoc/>
    public PixelView Next()
    {
        if (!IsOwn || _vips is null)
        {
            return _open!.Next();
        }

        if (_jpeg!.TryNext(out PixelView rows))
        {
            _given += rows.Height;
            return rows;
        }

        return Again();
    }

    /// <inheritdoc/>
    public void Close()
    {
        _open?.Close();
        _open = null;
        _sample = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _vips?.Dispose();
        _jpeg?.Dispose();
        _raw.Dispose();
        _payload.Dispose();
    }

    /// <summary>Goes on with libvips, behind the rows that were given already.</summary>
    private PixelView Again()
    {
        _jpeg!.Close();
        IsOwn = false;
        _open = _vips!;
        if (_vips!.Open(_sample!) != _size)
        {
            throw new BadSampleException("damaged JPEG: its size is not certain");
        }

        _vips.Start(_box);
        while (true)
        {
            PixelView rows = _vips.Next();
            if (_given < rows.Height)
            {
                return rows.From(_given);
            }

            _given -= rows.Height;
        }
    }
}
