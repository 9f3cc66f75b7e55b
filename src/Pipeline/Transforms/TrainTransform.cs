using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The training transform: crop, resize, flip. Draws are taken in timm's order: the crop, the filter where it is random, the
/// flip. One worker's.
/// </summary>
public sealed class TrainTransform : CropTransform
{
    private readonly AugmentOptions _options;

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    /// <param name="decoder">Which decoder image files get.</param>
    public TrainTransform(AugmentOptions options, bool exifOrientation, DecoderKind decoder = DecoderKind.Auto)
        : base(options?.Size ?? throw new ArgumentNullException(nameof(options)), exifOrientation, decoder) => _options = options;

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
            default:
                (ImageSize resized, CropBox crop) = EvaluationGeometry.Of(image, _options.Size, 1.0);
                plan = new CropPlan(all, resized, crop, default);
                break;
        }

        Interpolation filter = Filter(ref draws);
        return plan with { Filter = filter, Flip = Flip(ref draws, place) };
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
