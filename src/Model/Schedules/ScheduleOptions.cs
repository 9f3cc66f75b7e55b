using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Schedules;

/// <summary>The learning rate's schedule, <c>schedule</c> in a recipe; timm's names and arithmetic.</summary>
public sealed record ScheduleOptions
{
    /// <summary>Its form.</summary>
    [Description("Form of the schedule.")]
    public ScheduleKind Name { get; init; } = ScheduleKind.Cosine;

    /// <summary>Epochs of warm-up.</summary>
    [Description("Epochs of linear warm-up; fractions count only with perStep."), Range(0.0, 100_000.0)]
    public double WarmupEpochs { get; init; }

    /// <summary>The rate that warm-up starts from.</summary>
    [Description("Learning rate that warm-up starts from."), Range(0.0, 1000.0)]
    public double WarmupLr { get; init; } = 1e-5;

    /// <summary>The rate at the end.</summary>
    [Description("Learning rate at the end."), Range(0.0, 1000.0)]
    public double MinLr { get; init; }

    /// <summary>Put the warm-up in front of the schedule instead of over its beginning.</summary>
    [Description("Put the warm-up in front of the schedule instead of over its beginning.")]
    public bool WarmupPrefix { get; init; }

    /// <summary>Factor of <see cref="ScheduleKind.Step"/> and <see cref="ScheduleKind.Exponential"/>.</summary>
    [Description("step: factor of each decay; exponential: factor over the whole run."), Range(0.0, 1.0)]
    public double DecayRate { get; init; } = 0.1;

    /// <summary>Epochs between decays of <see cref="ScheduleKind.Step"/>.</summary>
    [Description("step: epochs between decays."), Range(0.001, 100_000.0)]
    public double DecayEpochs { get; init; } = 30;

    /// <summary>Epochs at the end that stay at the schedule's last rate.</summary>
    [Description("Epochs at the end that stay at the rate where a cosine, linear or exponential schedule ends; they are among train.epochs."), Range(0, 1_000_000)]
    public int CooldownEpochs { get; init; }

    /// <summary>Set the rate at every step instead of at every epoch.</summary>
    [Description("Set the rate at every step instead of at every epoch.")]
    public bool PerStep { get; init; }
}
