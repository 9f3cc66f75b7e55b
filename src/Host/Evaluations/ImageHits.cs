namespace StreamTrainer.Host.Evaluations;

/// <summary>What came of each image that was counted, in their order.</summary>
/// <param name="Images">Which image: XXH64 of its path.</param>
/// <param name="Top1">Whether the first answer was right.</param>
/// <param name="Top5">Whether one of the first five was.</param>
/// <param name="Losses">The cross-entropies; none where an image has several right answers.</param>
internal sealed record ImageHits(ulong[] Images, bool[] Top1, bool[] Top5, double[]? Losses);
