namespace StreamTrainer.Model.Training;

/// <summary>What an evaluation came to.</summary>
/// <param name="Top1">Share of images whose class came first.</param>
/// <param name="Top5">Share of images whose class came among the first five.</param>
/// <param name="Loss">Mean cross-entropy.</param>
/// <param name="Samples">Images counted; corrupt ones are not.</param>
public sealed record EvaluationResult(double Top1, double Top5, double Loss, long Samples);
