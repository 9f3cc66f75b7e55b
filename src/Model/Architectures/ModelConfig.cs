using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Architectures;

/// <summary>What an architecture was made for: timm's default configuration.</summary>
public sealed record ModelConfig
{
    /// <summary>timm's name.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the classifier.</summary>
    public int NumClasses { get; init; } = 1000;

    /// <summary>Side of the square training image.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Side of the square test image, where it is another.</summary>
    public int? TestInputSize { get; init; }

    /// <summary>Mean of the channels, for pixels in 0..1.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of the channels, likewise.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>Filter of the evaluation's resize.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>The evaluation's crop percentage.</summary>
    public double CropPct { get; init; } = 0.875;

    /// <summary>The same for test images of <see cref="TestInputSize"/>, where it is another.</summary>
    public double? TestCropPct { get; init; }

    /// <summary>Side of the image that costs are told for: Table 4's of <i>ResNet strikes back</i>; none: the training image's.</summary>
    public int? CostSize { get; init; }

    /// <summary>Normalisation of CIFAR-10's images.</summary>
    internal static ModelConfig Cifar(string name) => new()
    {
        Name = name,
        InputSize = 32,
        CropPct = 1.0,
        Mean = [0.4914, 0.4822, 0.4465],
        Std = [0.2470, 0.2435, 0.2616],
    };
}
