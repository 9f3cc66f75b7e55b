using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;
using StreamTrainer.Pipeline.Transforms.Policies;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The training transform: crop, resize, flip, then a policy's operations or colour jitter. Draws are taken in timm's order: the
/// crop, the filter where it is random, the flip, the policy. One worker's.
/// </summary>
public sealed class TrainTransform : CropTransform
{
    private AugmentOptions _options;
    private AugmentPolicy? _policy;
    private OperationCall[] _calls;
    private readonly PixelCanvas _canvas = new();
    private readonly RgbColor _fill;
    private int _applied;

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    /// <param name="decoder">Which decoder image files get.</param>
    /// <param name="mean">Mean of the channels, for pixels in 0..1: what geometric operations put where the image ends.</param>
    /// <exception cref="UserErrorException">The policy's text is wrong.</exception>
    public TrainTransform(AugmentOptions options, bool exifOrientation, DecoderKind decoder = DecoderKind.Auto, IReadOnlyList<double>? mean = null)
        : base(options?.Size ?? throw new ArgumentNullException(nameof(options)), exifOrientation, decoder)
    {
        _options = options;
        _fill = RgbColor.OfMean(mean ?? new DataOptions().Mean);
        (_policy, _calls) = PolicyOf(options);
    }

    /// <summary>What is drawn for an image of this size at this place; the operations until the next call.</summary>
    internal (CropPlan Plan, ReadOnlyMemory<OperationCall> Calls) Drawn(ImageSize image, in SamplePlace place)
    {
        Begin(place);
        CropPlan plan = Plan(image, place);
        return (plan, _calls.AsMemory(0, _applied));
    }

    /// <summary>What was drawn for the image that was made last. Allocates: not for the hot path.</summary>
    public TransformDraws LastDraws() => new(
        Last.Image, Last.Plan, _policy is ColorJitter, [.. _calls.AsSpan(0, _applied).ToArray().Select(DrawnOperation.Of)]);

    /// <inheritdoc/>
    private protected override void Begin(in SamplePlace place)
    {
        if (_options.Sizes?.At(place.Epoch) is { } size && size != _options.Size)
        {
            _options = _options with { Size = size };
            OutputSize = new ImageSize(size, size);
            // How far a policy moves images depends on their size.
            (_policy, _calls) = PolicyOf(_options);
        }
    }

    /// <inheritdoc/>
    protected override CropPlan Plan(ImageSize image, in SamplePlace place)
    {
        SampleRandom draws = place.Random();
        var all = new CropBox(0, 0, image.Width, image.Height);
        var output = new CropBox(0, 0, OutputSize.Width, OutputSize.Height);
        CropPlan plan;
        switch (_options.Crop)
        {
            case CropMode.RandomResizedCrop:
                plan = new CropPlan(RandomResizedCrop.Draw(ref draws, image, _options), OutputSize, output, default);
                break;
            case CropMode.PadShift:
                plan = new CropPlan(all, OutputSize, output, default, Shift: PadShift.Draw(ref draws, _options));
                break;
            case CropMode.ScaleJitter:
                (ImageSize scaled, CropBox part) = ScaleJitter.Draw(ref draws, image, _options);
                plan = new CropPlan(all, scaled, part, default);
                break;
            default:
                (ImageSize resized, CropBox crop) = EvaluationGeometry.Center(image, _options.Size, _options.CropPct);
                plan = new CropPlan(all, resized, crop, default);
                break;
        }

        Interpolation filter = Filter(ref draws);
        plan = plan with { Filter = filter, Flip = Flip(ref draws, place) };
        _applied = _policy?.Draw(ref draws, _calls) ?? 0;
        return plan;
    }

    /// <inheritdoc/>
    protected override unsafe void Finish(byte* pixels)
    {
        if (_applied == 0)
        {
            return;
        }

        _canvas.Begin(pixels, OutputSize, _fill);
        foreach (OperationCall call in _calls.AsSpan(0, _applied))
        {
            call.Apply(_canvas);
        }

        _canvas.Flush();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _canvas.Dispose();
        }

        base.Dispose(disposing);
    }

    private static (AugmentPolicy? Policy, OperationCall[] Calls) PolicyOf(AugmentOptions options)
    {
        AugmentPolicy? policy = options.AutoAugment is { } text ? AugmentPolicies.Parse(text, options.Size, options.Interpolation)
            : options.ColorJitter > 0 ? new ColorJitter(options.ColorJitter)
            : null;
        return (policy, new OperationCall[policy?.MostOperations ?? 0]);
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
