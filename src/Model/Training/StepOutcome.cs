namespace StreamTrainer.Model.Training;

/// <summary>What one step came to.</summary>
/// <param name="Loss">The loss, the mean over the batch.</param>
/// <param name="Skipped">Whether the update was left out because gradients overflowed fp16; the loss then may be no number.</param>
public readonly record struct StepOutcome(double Loss, bool Skipped);
