using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The evaluation transform: resize of the short side, centre crop (<see cref="EvaluationGeometry"/>). One worker's.</summary>
public sealed class EvaluationTransform : CropTransform
{
    private readonly EvaluationOptions _options;

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    /// <param name="decoder">Which decoder image files get.</param>
    public EvaluationTransform(EvaluationOptions options, bool exifOrientation, DecoderKind decoder = DecoderKind.Auto)
        : base(options?.Size ?? throw new ArgumentNullException(nameof(options)), exifOrientation, decoder) => _options = options;

    /// <inheritdoc/>
    protected override CropPlan Plan(ImageSize image, in SamplePlace place)
    {
        (ImageSize resized, CropBox crop) = EvaluationGeometry.Of(image, _options.Size, _options.CropPct);
        return new CropPlan(new CropBox(0, 0, image.Width, image.Height), resized, crop, _options.Interpolation);
    }
}
