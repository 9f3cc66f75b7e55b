using StreamTrainer.Model.Health;

namespace StreamTrainer.Model.Training;

/// <summary>What one step came to.</summary>
/// <param name="Loss">The loss, the mean over the batch.</param>
/// <param name="Skipped">Whether the update was left out because gradients overflowed fp16; the loss then may be no number.</param>
public readonly record struct StepOutcome(double Loss, bool Skipped)
{
    /// <summary>This rank's part of the loss.</summary>
    public double OwnLoss { get; init; }

    /// <summary>The 2-norm of the gradient, before it is clipped; null where nobody needed it.</summary>
    public double? GradientNorm { get; init; }

    /// <summary>What is wrong with the step; null where nothing is.</summary>
    public StepFault? Fault { get; init; }
}
