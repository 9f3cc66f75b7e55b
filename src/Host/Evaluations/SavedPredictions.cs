using StreamTrainer.Model.Evaluation;

namespace StreamTrainer.Host.Evaluations;

/// <summary>What one pass over a set's images left (<see cref="PredictionFile"/>).</summary>
/// <param name="Key">What it depends on.</param>
/// <param name="Images">XXH64 of each image's path in the set: who is who, where two models are compared.</param>
/// <param name="Answers">The answers.</param>
internal sealed record SavedPredictions(PredictionKey Key, ulong[] Images, ImagePredictions Answers);
