using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Mixing;

/// <summary>Mixup and cutmix, <c>mix</c> in a recipe; timm's names.</summary>
public sealed record MixOptions
{
    /// <summary>Mixup alpha; 0: no mixup.</summary>
    [Description("Mixup alpha, of Beta(alpha, alpha); 0 turns mixup off."), Range(0.0, 100.0)]
    public double Mixup { get; init; }

    /// <summary>Cutmix alpha; 0: no cutmix.</summary>
    [Description("Cutmix alpha, of Beta(alpha, alpha); 0 turns cutmix off."), Range(0.0, 100.0)]
    public double Cutmix { get; init; }

    /// <summary>Smallest and largest side of a box of cutmix.</summary>
    [Description("Smallest and largest side of a box of cutmix, as a share of the image's; none: its area follows Beta(cutmix, cutmix). 0.2 to 0.3 and 0.8 to 0.9 are usual."), Length(2, 2), Range(0.0, 1.0)]
    public IReadOnlyList<double>? CutmixMinMax { get; init; }

    /// <summary>Who shares a decision.</summary>
    [Description("Who shares a decision, with its share or box: batch, all images of a group; pair, two images that are each other's partners; elem, each image has its own.")]
    public MixMode Mode { get; init; }

    /// <summary>Probability that what shares a decision is mixed.</summary>
    [Description("Probability that a group (a pair, an image: see mode) is mixed."), Range(0.0, 1.0)]
    public double Prob { get; init; } = 1.0;

    /// <summary>Probability of cutmix where both are on.</summary>
    [Description("Probability of cutmix where both are on."), Range(0.0, 1.0)]
    public double SwitchProb { get; init; } = 0.5;

    /// <summary>Whether floats are mixed, not bytes.</summary>
    [Description("Mix normalised floats, after lighting and erasing, as timm does without its prefetching loader; false: bytes, rounded, before normalisation, as with it.")]
    public bool Floats { get; init; }

    /// <summary>Whether anything is mixed at all.</summary>
    internal bool Enabled => Mixup > 0 || Cutmix > 0;
}
