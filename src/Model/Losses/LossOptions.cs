using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Losses;

/// <summary>The loss, <c>loss</c> in a recipe.</summary>
public sealed record LossOptions
{
    /// <summary>Which loss.</summary>
    [Description("crossEntropy, or bce: binary cross-entropy of every class, the loss of A1 to A3.")]
    public LossKind Name { get; init; } = LossKind.CrossEntropy;

    /// <summary>Label smoothing.</summary>
    [Description("Label smoothing."), Range(0.0, 0.99)]
    public double Smoothing { get; init; }

    /// <summary>Threshold that makes mixed targets 0 or 1; bce only.</summary>
    [Description("bce: targets above this become 1, the others 0; after mixing and smoothing. Without it targets stay soft."), Range(0.0, 1.0)]
    public double? TargetThreshold { get; init; }

    /// <summary>What bce divides by.</summary>
    [Description("bce: mean divides by batch and classes, sumClasses by the batch alone.")]
    public LossReduction Reduction { get; init; } = LossReduction.Mean;
}
