using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Averaging;

/// <summary>Exponential moving average of the weights, <c>ema</c> in a recipe.</summary>
public sealed record EmaOptions
{
    /// <summary>Decay of the average; none: no average.</summary>
    [Description("Decay of the moving average of weights and buffers, applied after every step; none by default. With it, the average is what is evaluated too."), Range(0.0, 0.999999)]
    public double? Decay { get; init; }

    /// <summary>Let the decay rise to <see cref="Decay"/>.</summary>
    [Description("Let the decay rise to ema.decay, from 0 by 1 - n^(-2/3) at update n, so that the average soon forgets the fresh weights; timm's --model-ema-warmup.")]
    public bool Warmup { get; init; }
}
