using System.Diagnostics;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The training transform: crop, resize, flip. Draws are taken in timm's order: the crop, the filter where it is random, the
/// flip. One worker's.
/// </summary>
public sealed unsafe class TrainTransform : IImageTransform
{
    private readonly AugmentOptions _options;
    private readonly SampleDecoder _decoder;
    private readonly Resampler _resampler = new();
    private readonly PixelMemory _whole = new();

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    public TrainTransform(AugmentOptions options, bool exifOrientation)
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
            SampleRandom draws = place.Random();
            (CropBox box, ImageSize target, CropBox window) = Crop(ref draws, image);
            (int right, int down) = _options.Crop == CropMode.PadShift ? PadShift.Draw(ref draws, _options) : default;
            Interpolation filter = Filter(ref draws);
            bool flip = Flip(ref draws, place);
            CropBox needed = _resampler.Prepare(new ImageSize(box.Width, box.Height), target, window, filter);
            PixelView pixels = _decoder.Read(needed with { Left = box.Left + needed.Left, Top = box.Top + needed.Top });
            long decoded = Stopwatch.GetTimestamp();
            fixed (byte* output = destination)
            {
                if (_options.Crop == CropMode.PadShift)
                {
                    byte* whole = _whole.Reserve(destination.Length);
                    _resampler.Run(pixels, flip: false, whole);
                    PadShift.Apply(new PixelView(whole, window.Width, window.Height, 3 * window.Width), right, down, flip, output);
                }
                else
                {
                    _resampler.Run(pixels, flip, output);
                }
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
        _whole.Dispose();
    }

    /// <summary>The part of the image that is used, the size it is resized to, and the part of that which is wanted.</summary>
    private (CropBox Box, ImageSize Target, CropBox Window) Crop(ref SampleRandom draws, ImageSize image)
    {
        var all = new CropBox(0, 0, image.Width, image.Height);
        var output = new CropBox(0, 0, _options.Size, _options.Size);
        switch (_options.Crop)
        {
            case CropMode.RandomResizedCrop:
                return (RandomResizedCrop.Draw(ref draws, image, _options), OutputSize, output);
            case CropMode.PadShift:
                return (all, OutputSize, output);
            default:
                (ImageSize resized, CropBox crop) = EvaluationGeometry.Of(image, _options.Size, 1.0);
                return (all, resized, crop);
        }
    }

    private Interpolation Filter(ref SampleRandom draws) => _options.Interpolation switch
    {
        Interpolation.Random => draws.Next() < 0.5 ? Interpolation.Bilinear : Interpolation.Bicubic,
        var filter => filter,
    };

    private bool Flip(ref SampleRandom draws, in SamplePlace place)
    {
        if (!_options.AlternatingFlip)
        {
            return draws.Next() < _options.HorizontalFlip;
        }

        bool first = new SampleRandom(place.Seed, 0, place.Index, RandomStream.Flip).Next() < 0.5;
        return first ^ (place.Epoch % 2 == 1);
    }
}
