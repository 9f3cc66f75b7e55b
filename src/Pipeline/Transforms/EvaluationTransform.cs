using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The evaluation transform: resize of the short side, centre crop (<see cref="EvaluationGeometry"/>). One worker's.</summary>
public sealed unsafe class EvaluationTransform : IImageTransform
{
    private readonly EvaluationOptions _options;
    private readonly SampleDecoder _decoder;
    private readonly Resampler _resampler = new();

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    public EvaluationTransform(EvaluationOptions options, bool exifOrientation)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _decoder = new SampleDecoder(exifOrientation);
        OutputSize = new ImageSize(options.Size, options.Size);
    }

    /// <inheritdoc/>
    public ImageSize OutputSize { get; }

    /// <inheritdoc/>
    public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, 3 * OutputSize.Width * OutputSize.Height);
        long start = Stopwatch.GetTimestamp();
        try
        {
            ImageSize image = _decoder.Open(sample);
            (ImageSize resized, CropBox crop) = EvaluationGeometry.Of(image, _options.Size, _options.CropPct);
            PixelView pixels = _decoder.Read(_resampler.Prepare(image, resized, crop, _options.Interpolation));
            long decoded = Stopwatch.GetTimestamp();
            fixed (byte* output = destination)
            {
                _resampler.Run(pixels, flip: false, output);
            }

            timing = new TransformTiming(timing.DecodeTicks + decoded - start, timing.TransformTicks + Stopwatch.GetTimestamp() - decoded);
        }
        finally
        {
            _decoder.Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _decoder.Dispose();
        _resampler.Dispose();
    }
}
