using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Model.Architectures;

/// <summary>What an architecture was made for: timm's default configuration.</summary>
public sealed record ModelConfig
{
    /// <summary>timm's name.</summary>
    public required string Name { get; init; }

    /// <summary>Size of the classifier.</summary>
    public required int NumClasses { get; init; }

    /// <summary>Side of the square training image.</summary>
    public int InputSize { get; init; } = 224;

    /// <summary>Mean of the channels, for pixels in 0..1.</summary>
    public IReadOnlyList<double> Mean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of the channels, likewise.</summary>
    public IReadOnlyList<double> Std { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>Filter of the evaluation's resize.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Bicubic;

    /// <summary>The evaluation's crop percentage.</summary>
    public double CropPct { get; init; } = 0.875;
}
