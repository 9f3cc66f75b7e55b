namespace StreamTrainer.Model.Precision;

/// <summary>Where dynamic loss scaling is: part of a checkpoint.</summary>
/// <param name="Scale">What the loss is multiplied by.</param>
/// <param name="GoodSteps">Steps since the scale was last changed.</param>
/// <param name="SkippedSteps">Steps of the run whose gradients overflowed; their updates were left out.</param>
public sealed record LossScale(double Scale, long GoodSteps, long SkippedSteps);
