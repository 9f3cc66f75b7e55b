using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Mixing;

/// <summary>Mixup and cutmix, <c>mix</c> in a recipe; timm's names. One decision a batch; bytes are mixed, before normalisation.</summary>
public sealed record MixOptions
{
    /// <summary>Mixup alpha; 0: no mixup.</summary>
    [Description("Mixup alpha, of Beta(alpha, alpha); 0 turns mixup off."), Range(0.0, 100.0)]
    public double Mixup { get; init; }

    /// <summary>Cutmix alpha; 0: no cutmix.</summary>
    [Description("Cutmix alpha, of Beta(alpha, alpha); 0 turns cutmix off."), Range(0.0, 100.0)]
    public double Cutmix { get; init; }

    /// <summary>Probability that a batch is mixed.</summary>
    [Description("Probability that a batch is mixed."), Range(0.0, 1.0)]
    public double Prob { get; init; } = 1.0;

    /// <summary>Probability of cutmix where both are on.</summary>
    [Description("Probability of cutmix where both are on."), Range(0.0, 1.0)]
    public double SwitchProb { get; init; } = 0.5;

    /// <summary>Whether anything is mixed at all.</summary>
    internal bool Enabled => Mixup > 0 || Cutmix > 0;
}
