using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Model.Architectures;

/// <summary>Which network, <c>model</c> in a recipe. Names and defaults are timm's.</summary>
public sealed record ModelOptions
{
    /// <summary>timm's name of the architecture.</summary>
    [Description("Name of the architecture, as in timm."), Required]
    public string Name { get; init; } = "resnet50";

    /// <summary>Size of the classifier.</summary>
    [Description("Number of classes."), Range(1, 1_000_000), Auto("as many as the training set has")]
    public int? NumClasses { get; init; }

    /// <summary>Side of the image that positions are learnt for.</summary>
    [Description("Side of the image that a transformer learns positions for; for images of another size they are resampled. Other networks take any size."), Range(16, 4096), Auto("augment.size")]
    public int? InputSize { get; init; }

    /// <summary>Stochastic depth: the rate of the last block.</summary>
    [Description("Drop path (stochastic depth) rate of the last block; it grows linearly from 0 at the first."), Range(0.0, 0.99)]
    public double DropPath { get; init; }

    /// <summary>Dropout before the classifier.</summary>
    [Description("Dropout before the classifier."), Range(0.0, 0.99)]
    public double Dropout { get; init; }

    /// <summary>Momentum of batch normalisation's running statistics.</summary>
    [Description("Weight of a new batch in batch normalisation's running statistics."), Range(0.0, 1.0)]
    public double BatchNormMomentum { get; init; } = 0.1;

    /// <summary>Start the last norm's weight of every residual block at zero.</summary>
    [Description("Start the last norm's weight of every residual block at zero.")]
    public bool ZeroInitLast { get; init; } = true;
}
