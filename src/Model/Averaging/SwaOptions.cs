using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Averaging;

/// <summary>Stochastic weight averaging, <c>swa</c> in a recipe.</summary>
public sealed record SwaOptions
{
    /// <summary>Epochs before the first average; none: no average.</summary>
    [Description("Stochastic weight averaging (arXiv 1803.05407): the weights after so many epochs are the first of the mean; none by default. With it, the mean is what is evaluated too, and the run's result."), Range(1, 1_000_000)]
    public int? StartEpoch { get; init; }

    /// <summary>Epochs between two models of the mean.</summary>
    [Description("Epochs between two models of the mean."), Range(1, 1_000_000)]
    public int EveryEpochs { get; init; } = 1;

    /// <summary>The rate while the mean is taken.</summary>
    [Description("Learning rate from startEpoch on; none: the schedule goes on."), Range(0.0, 1000.0)]
    public double? Lr { get; init; }

    /// <summary>Epochs of the way to <see cref="Lr"/>.</summary>
    [Description("Epochs from the schedule's rate at startEpoch to swa.lr, by half a cosine."), Range(0.0, 100_000.0)]
    public double AnnealEpochs { get; init; } = 10;

    /// <summary>Training images by which batch norm's statistics are measured.</summary>
    [Description("Training images, augmented and not mixed, by which batch norm's statistics of the mean are measured anew when a model was added; at least a batch, at most an epoch. 1,000 to 10,000 are enough (arXiv 2105.07576)."), Range(1, int.MaxValue)]
    public int CalibrationImages { get; init; } = 10_000;
}
