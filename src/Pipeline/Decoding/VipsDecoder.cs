using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Decoding.Native;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// Decodes by libvips, in the calling thread, to Pillow's pixels. The image is read from the top only as far down as a box
/// reaches. What an image is, its content says.
/// </summary>
internal sealed unsafe class VipsDecoder : IImageDecoder
{
    /// <summary>Bytes fetched at once: small enough to be in the cache when they are converted.</summary>
    private const int StripBytes = 64 << 10;

    // Values of libvips's enumerations, part of its ABI.
    private const int FormatUChar = 0, FormatUShort = 2, FormatShort = 3, FormatInt = 5, FormatFloat = 6, InterpretationCmyk = 15;

    private static readonly HashSet<int> s_interpretations = [0, 1, InterpretationCmyk, 17, 22, 25, 26];

    private readonly bool _exif;
    private readonly PixelMemory _pixels = new(), _turned = new(), _copy = new();
    private EncodedSample? _sample;
    private nint _image, _region;
    private int _width, _height, _bands, _format, _orientation, _row;
    private bool _cmyk, _isGif;
    private GifFrame _gif;
    private CropBox _box, _stored;

    /// <summary>A decoder for one thread.</summary>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    public VipsDecoder(bool exifOrientation)
    {
        _exif = exifOrientation;
        VipsRuntime.Initialize();
    }

    /// <summary>EXIF's orientation of the image that is open.</summary>
    public int StoredOrientation => LibVips.Orientation(_image);

    private int ValueBytes => _format switch { FormatUChar => 1, FormatUShort or FormatShort => 2, _ => 4 };

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        _sample = sample;
        ReadOnlySpan<byte> bytes = sample.Bytes;
        if (bytes.IsEmpty)
        {
            throw new BadSampleException("empty file");
        }

        byte* data = sample.Pointer;
        _isGif = GifFrame.TryRead(bytes, out _gif);
        if (_isGif && _gif.KeyFlag >= 0)
        {
            // Without the flag, libvips keeps the colours that would be transparent.
            data = _copy.Reserve(bytes.Length);
            bytes.CopyTo(new Span<byte>(data, bytes.Length));
            data[_gif.KeyFlag] &= 0xfe;
        }

        _image = VipsLoad.Open(data, bytes.Length);
        if (_image == 0)
        {
            LibVips.ClearErrors();
            throw new BadSampleException($"damaged {ImageSignature.Name(bytes)}: its header cannot be read");
        }

        _width = LibVips.Width(_image);
        _height = LibVips.Height(_image);
        _bands = LibVips.Bands(_image);
        _format = LibVips.Format(_image);
        int interpretation = LibVips.Interpretation(_image);
        _cmyk = interpretation == InterpretationCmyk && _bands >= 4;
        if ((long)_width * _height > ImageLimits.MostPixels)
        {
            throw new BadSampleException($"{_width} x {_height} pixels are too many (at most {ImageLimits.MostPixels})");
        }

        if (!(_format is FormatUChar or FormatUShort || (_bands == 1 && _format is (FormatShort or FormatInt or FormatFloat)))
            || !s_interpretations.Contains(interpretation))
        {
            throw new BadSampleException("neither grey, RGB nor CMYK of 8 or 16 bits");
        }

        if (ImageSignature.IsJpeg(bytes) && JpegEnd.Complaint(bytes) is { } complaint)
        {
            throw new BadSampleException(complaint);
        }

        _orientation = _exif ? LibVips.Orientation(_image) : 1;
        return Orientation.Swaps(_orientation) ? new ImageSize(_height, _width) : new ImageSize(_width, _height);
    }

    /// <inheritdoc/>
    public void Start(in CropBox box)
    {
        _box = box;
        _stored = Orientation.Stored(box, _width, _height, _orientation);
        _row = 0;
        _region = LibVips.NewRegion(_image);
    }

    /// <inheritdoc/>
    public PixelView Next()
    {
        int rows = Math.Clamp(StripBytes / (_stored.Width * _bands * ValueBytes), 1, _stored.Height - _row);
        if (_orientation <= 1)
        {
            byte* rgb = _pixels.Reserve(3L * _stored.Width * rows);
            Decode(rows, rgb);
            return new PixelView(rgb, _stored.Width, rows, 3 * _stored.Width);
        }

        byte* all = _pixels.Reserve(3L * _stored.Width * _stored.Height);
        while (_row < _stored.Height)
        {
            Decode(Math.Min(rows, _stored.Height - _row), all + (3L * _stored.Width * _row));
        }

        byte* turned = _turned.Reserve(3L * _stored.Width * _stored.Height);
        Orientation.Turn(all, _stored.Width, _stored.Height, _orientation, turned);
        return new PixelView(turned, _box.Width, _box.Height, 3 * _box.Width);
    }

    /// <inheritdoc/>
    public void Close()
    {
        if (_region != 0)
        {
            LibVips.Unref(_region);
            _region = 0;
        }

        if (_image != 0)
        {
            LibVips.Unref(_image);
            _image = 0;
        }

        _sample = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _pixels.Dispose();
        _turned.Dispose();
        _copy.Dispose();
    }

    /// <summary>The next rows of the stored box.</summary>
    private void Decode(int rows, byte* rgb)
    {
        byte* fetched = Fetch(_stored.Left, _stored.Top + _row, _stored.Width, rows);
        Convert(fetched, (long)_stored.Width * rows, rgb);
        LibVips.Free(fetched);
        if (_isGif && _gif.Fill >= 0)
        {
            FillAround(rows, rgb);
        }

        _row += rows;
    }

    /// <summary>What the first frame of a GIF does not cover.</summary>
    private void FillAround(int rows, byte* rgb)
    {
        ReadOnlySpan<byte> colour = _sample!.Bytes.Slice(_gif.Fill, 3);
        CropBox area = _gif.Area;
        for (int y = _stored.Top + _row; rows > 0; rows--, y++)
        {
            bool outside = y < area.Top || y >= area.Top + area.Height;
            for (int x = _stored.Left; x < _stored.Left + _stored.Width; x++, rgb += 3)
            {
                if (outside || x < area.Left || x >= area.Left + area.Width)
                {
                    colour.CopyTo(new Span<byte>(rgb, 3));
                }
            }
        }
    }

    private byte* Fetch(int left, int top, int width, int height)
    {
        nuint length;
        byte* fetched = LibVips.Fetch(_region, left, top, width, height, &length);
        if (fetched == null)
        {
            // libvips's error text is the process's, not the thread's, so another image's may stand there.
            LibVips.ClearErrors();
            ReadOnlySpan<byte> bytes = _sample!.Bytes;
            throw new BadSampleException($"damaged or truncated {ImageSignature.Name(bytes)}: its pixels cannot be decoded");
        }

        return fetched;
    }

    private void Convert(byte* fetched, long count, byte* rgb)
    {
        switch (_format)
        {
            case FormatUShort when _bands > 1:
                PixelFormats.UpperBytes((ushort*)fetched, count * _bands);
                break;
            case FormatUShort:
                PixelFormats.Cut((ushort*)fetched, count);
                break;
            case FormatShort:
                PixelFormats.Cut((short*)fetched, count);
                break;
            case FormatInt:
                PixelFormats.Cut((int*)fetched, count);
                break;
            case FormatFloat:
                PixelFormats.Cut((float*)fetched, count);
                break;
        }

        int pixels = checked((int)count);
        if (_cmyk)
        {
            PixelFormats.Cmyk(fetched, _bands, pixels, rgb);
        }
        else if (_bands < 3)
        {
            PixelFormats.Grey(fetched, _bands, pixels, rgb);
        }
        else
        {
            PixelFormats.Rgb(fetched, _bands, pixels, rgb);
        }
    }
}
