namespace StreamTrainer.Model.Health;

/// <summary>What can be wrong with a training.</summary>
public enum HealthKind
{
    /// <summary>The loss, or the gradient's norm where it is known, is no number.</summary>
    LossNotFinite,

    /// <summary>The gradient's norm is far above those of the steps before.</summary>
    GradientExplosion,

    /// <summary>An evaluation is far below the best one before.</summary>
    AccuracyCollapse,

    /// <summary>A device does not answer any more.</summary>
    DeviceLost,

    /// <summary>A rank ended by an error, or was ended.</summary>
    RankFailed,

    /// <summary>The other ranks wait for one that does not come.</summary>
    RankStuck,
}
