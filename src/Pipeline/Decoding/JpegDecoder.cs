using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>
/// Our own decoder of baseline JPEG (and of extended sequential JPEG of 8 bits): Pillow's pixels of any box, and of the file no
/// more is read than that takes. Whatever is unusual it leaves to others (<see cref="TryOpen"/>, <see cref="TryNext"/>). One thread's.
/// </summary>
/// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
/// <param name="level">The vectors to compute with; none: the widest.</param>
internal sealed unsafe class JpegDecoder(bool exifOrientation, VectorLevel? level = null) : IImageDecoder
{
    private readonly JpegHeader _header = new();
    private readonly BaselineScan _scan = new();
    private readonly BlockDecoder _blocks = new(level);

    /// <summary>Looks at an image.</summary>
    /// <param name="sample">Its bytes, which must stay as they are until <see cref="Close"/>.</param>
    /// <param name="size">Its size.</param>
    /// <returns>False where it is not ours: no JPEG, not baseline, damaged, or without an end, which another decoder must judge.</returns>
    public bool TryOpen(EncodedSample sample, out ImageSize size)
    {
        size = default;
        if (!ImageSignature.IsJpeg(sample.Bytes) || _header.Read(sample) != JpegKind.Sequential || !FrameDecoder.Knows(_header.Frame))
        {
            return false;
        }

        // The whole scan is looked through for markers, in a few microseconds: whether a file is sound must not depend on the crop.
        byte* marker = JpegEnd.Find(_header.Scan, _header.End, _header.RestartInterval > 0);
        if (marker == null || marker[1] != ImageSignature.EndOfImage)
        {
            return false;
        }

        _scan.Open(_header);
        size = _blocks.Open(_header.Frame, _scan, exifOrientation ? _header.Orientation : 1);
        return true;
    }

    /// <summary>Decodes the next rows, as <see cref="Next"/> does.</summary>
    /// <param name="rows">The rows.</param>
    /// <returns>False where the image is damaged.</returns>
    public bool TryNext(out PixelView rows) => _blocks.Next(out rows);

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        if (TryOpen(sample, out ImageSize size))
        {
            return size;
        }

        ReadOnlySpan<byte> bytes = sample.Bytes;
        throw new BadSampleException(
            bytes.IsEmpty ? "empty file"
            : !ImageSignature.IsJpeg(bytes) ? "no JPEG, and data.decoder is managed, which decodes baseline JPEG only"
            : JpegEnd.Complaint(bytes)
                ?? "not a sound baseline JPEG, and data.decoder is managed, which decodes nothing else");
    }

    /// <inheritdoc/>
    public void Start(in CropBox box) => _blocks.Start(box);

    /// <inheritdoc/>
    public PixelView Next() => TryNext(out PixelView rows) ? rows : throw new BadSampleException("damaged JPEG: its pixels cannot be decoded");

    /// <inheritdoc/>
    public void Close() => _blocks.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        _header.Dispose();
        _scan.Dispose();
        _blocks.Dispose();
    }
}
