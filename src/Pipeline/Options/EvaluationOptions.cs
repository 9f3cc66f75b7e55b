using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Options;

/// <summary>The evaluation transform, <c>eval</c> in a recipe.</summary>
public sealed record EvaluationOptions
{
    /// <summary>Side of the square test image.</summary>
    [Description("Side of the square test image, in pixels."), Range(1, 4096)]
    public int Size { get; init; } = 224;

    /// <summary>Crop percentage.</summary>
    [Description("Crop percentage: the short side is resized to floor(size / cropPct) before the centre crop."), Range(0.1, 1.0)]
    public double CropPct { get; init; } = 0.875;

    /// <summary>How the test image is taken.</summary>
    [Description("center; border resizes the long side instead and puts the mean colour around; squash resizes both sides and changes proportions.")]
    public EvaluationCropMode CropMode { get; init; }

    /// <summary>The filter of the resize.</summary>
    [Description("Filter of the resize; random is for training only."), DeniedValues(Interpolation.Random)]
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>Test-time augmentation.</summary>
    [Description("Test-time augmentation: flip takes the mean of an image's logits and its mirror image's, at twice the work; flipTranslate also those of the image shifted by a pixel to either side, at six times the work.")]
    public TestTimeAugmentation Tta { get; init; }

    /// <summary>Images a batch.</summary>
    [Description("Images in an evaluation batch."), Range(1, 65536)]
    public int BatchSize { get; init; } = 64;

    /// <summary>Evaluate after every so many epochs; the last epoch is always evaluated.</summary>
    [Description("Evaluate after every so many epochs; the end of the run is always evaluated."), Range(1, 1_000_000)]
    public int EveryEpochs { get; init; } = 1;
}
