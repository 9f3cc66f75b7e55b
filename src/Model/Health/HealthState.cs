namespace StreamTrainer.Model.Health;

/// <summary>Where the watch over a training is: part of a checkpoint, so that a resumed run judges as one that never stopped.</summary>
public sealed record HealthState
{
    /// <summary>What the schedule's rate is multiplied by; 1 until the run rolls back.</summary>
    public double RateFactor { get; init; } = 1;

    /// <summary>How often the run rolled back.</summary>
    public int RollBacks { get; init; }

    /// <summary>The step that it last rolled back to.</summary>
    public long? RolledBackTo { get; init; }

    /// <summary>Steps of the run whose update was left out.</summary>
    public long SkippedSteps { get; init; }

    /// <summary>How many of them were the last ones.</summary>
    public int SkippedInARow { get; init; }

    /// <summary>Mean of the logarithms of the gradient norms.</summary>
    public double LogNorm { get; init; }

    /// <summary>How many norms are in it, up to <see cref="GradientTrend.Window"/>.</summary>
    public int Norms { get; init; }
}
