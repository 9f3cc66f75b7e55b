using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Health;

/// <summary>What is done where a training goes wrong, <c>health</c> in a recipe.</summary>
public sealed record HealthOptions
{
    /// <summary>What is done about a loss that is no number.</summary>
    [Description("Where the loss or the gradient is no number: stop the run, skip the step's update, or rollBack to the last good checkpoint at a lower rate. fp16's own skipped steps are no such case.")]
    public HealthAction LossNotFinite { get; init; } = HealthAction.Stop;

    /// <summary>What is done about a gradient that explodes.</summary>
    [Description("Where the gradient's norm is explosionFactor times the running geometric mean of the last 100 steps' or more (from the 20th on): off, warn, stop, skip or rollBack.")]
    public HealthAction GradientExplosion { get; init; } = HealthAction.Warn;

    /// <summary>What an explosion is.</summary>
    [Description("How many times its running mean the gradient's norm may be."), Range(1.5, 1e9)]
    public double ExplosionFactor { get; init; } = 10;

    /// <summary>What is done about an accuracy that collapses.</summary>
    [Description("Where an evaluation's top-1 is below collapseShare of the best one before, by more than five standard errors: off, warn, stop, or rollBack, to the best checkpoint.")]
    public HealthAction AccuracyCollapse { get; init; } = HealthAction.Warn;

    /// <summary>What a collapse is.</summary>
    [Description("Share of the best top-1 that later evaluations may fall to."), Range(0.01, 0.99)]
    public double CollapseShare { get; init; } = 0.5;

    /// <summary>How many steps in a row may be skipped.</summary>
    [Description("skip: so many steps in a row at most; one more stops the run."), Range(1, 1_000_000)]
    public int MaxSkips { get; init; } = 10;

    /// <summary>Factor on the rate at a roll back.</summary>
    [Description("rollBack: factor on the learning rate, each time, for the rest of the run."), Range(0.001, 1.0)]
    public double RollBackRate { get; init; } = 0.5;

    /// <summary>How often a run may roll back.</summary>
    [Description("rollBack: so many in a run at most; one more stops it."), Range(1, 1000)]
    public int MaxRollBacks { get; init; } = 3;

    /// <summary>Whether anything leads back to a checkpoint.</summary>
    public bool RollsBack => Takes(HealthAction.RollBack);

    /// <summary>Whether anything leaves a step's update out.</summary>
    public bool Skips => Takes(HealthAction.Skip);

    private bool Takes(HealthAction action) => LossNotFinite == action || GradientExplosion == action || AccuracyCollapse == action;
}
