namespace StreamTrainer.Model.Losses;

/// <summary>What binary cross-entropy divides its sum by.</summary>
public enum LossReduction
{
    /// <summary>Batch times classes (timm's default).</summary>
    Mean,

    /// <summary>The batch alone.</summary>
    SumClasses,
}
