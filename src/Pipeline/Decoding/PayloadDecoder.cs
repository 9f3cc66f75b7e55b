using StreamTrainer.Pipeline.Decoding.Jpeg;
using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>Decodes what shards hold of JPEGs: their coefficients, of which a box reads those that it needs. One thread's.</summary>
/// <param name="exifOrientation">Whether images are turned as their EXIF orientation says, which the shard's index knows.</param>
/// <param name="level">The vectors to compute with; none: the widest.</param>
internal sealed unsafe class PayloadDecoder(bool exifOrientation, VectorLevel? level = null) : IImageDecoder
{
    private readonly CoefficientScan _coefficients = new();
    private readonly IndexedScan _indexed = new();
    private readonly BlockDecoder _blocks = new(level);

    /// <inheritdoc/>
    public ImageSize Open(EncodedSample sample)
    {
        JpegFrame? frame = null;
        IBlockSource source = sample.Kind == PayloadKind.Indexed ? _indexed : _coefficients;
        bool opened = sample.Kind == PayloadKind.Indexed
            ? sample.Tables is { } tables && _indexed.TryOpen(sample.Pointer, sample.Length, tables, out frame)
            : _coefficients.TryOpen(sample.Pointer, sample.Length, out frame);
        if (!opened || !FrameDecoder.Knows(frame!))
        {
            throw new BadSampleException("damaged payload: its header cannot be read");
        }

        return _blocks.Open(frame!, source, exifOrientation ? Math.Clamp(sample.Orientation, 1, 8) : 1);
    }

    /// <inheritdoc/>
    public void Start(in CropBox box) => _blocks.Start(box);

    /// <inheritdoc/>
    public PixelView Next() => _blocks.Next(out PixelView rows) ? rows : throw new BadSampleException("damaged payload: its coefficients cannot be read");

    /// <inheritdoc/>
    public void Close() => _blocks.Close();

    /// <inheritdoc/>
    public void Dispose()
    {
        _coefficients.Dispose();
        _indexed.Dispose();
        _blocks.Dispose();
    }
}
