using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The evaluation transform: resize, centre crop, where need be a border (<see cref="EvaluationGeometry"/>). One worker's.</summary>
public sealed class EvaluationTransform : CropTransform
{
    private readonly EvaluationOptions _options;
    private readonly RgbColor _border;

    /// <summary>A transform for one worker.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="exifOrientation">Whether images are turned as their EXIF orientation says.</param>
    /// <param name="decoder">Which decoder image files get.</param>
    /// <param name="mean">Mean of the channels, for pixels in 0..1: the border's colour; none: ImageNet's.</param>
    public EvaluationTransform(EvaluationOptions options, bool exifOrientation, DecoderKind decoder = DecoderKind.Auto, IReadOnlyList<double>? mean = null)
        : base(options?.Size ?? throw new ArgumentNullException(nameof(options)), exifOrientation, decoder)
    {
        _options = options;
        _border = RgbColor.OfMean(mean ?? new DataOptions().Mean);
    }

    /// <inheritdoc/>
    protected override CropPlan Plan(ImageSize image, in SamplePlace place)
    {
        (ImageSize resized, CropBox crop, (int Left, int Top)? inset) = EvaluationGeometry.Of(image, _options);
        CropBorder? border = inset is (int left, int top) ? new CropBorder(left, top, _border) : null;
        return new CropPlan(new CropBox(0, 0, image.Width, image.Height), resized, crop, _options.Interpolation, Border: border);
    }
}
