using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Averaging;

/// <summary>Exponential moving average of the weights, <c>ema</c> in a recipe.</summary>
public sealed record EmaOptions
{
    /// <summary>Decay of the average; none: no average.</summary>
    [Description("Decay of the moving average of weights and buffers, applied after every step; none by default. With it, the average is what is evaluated too."), Range(0.0, 0.999999)]
    public double? Decay { get; init; }
}
