namespace StreamTrainer.Host.Statistics;

/// <summary>What a recipe's scores over seeds come to: the figures of the paper's Table 2 right (ResNet strikes back, arXiv 2110.00476,
/// section 4.2), all in the scores' unit. Any thread.</summary>
/// <param name="Count">How many seeds.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation, over n - 1; null for one seed, which has none.</param>
/// <param name="Minimum">The least.</param>
/// <param name="Maximum">The greatest.</param>
internal sealed record SeedStatistics(int Count, double Mean, double? Deviation, double Minimum, double Maximum)
{
    /// <summary>The interval of the mean over all seeds that there could be: mean -/+ t s / sqrt(n), t Student's quantile with n - 1
    /// degrees of freedom; null for one seed.</summary>
    public Interval? OfMean => Deviation is { } deviation ? Student.Around(Mean, deviation / Math.Sqrt(Count), Count - 1) : null;

    /// <summary>Of scores, at least one.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static SeedStatistics Of(IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        if (scores.Count == 0)
        {
            throw new ArgumentException("statistics of no scores", nameof(scores));
        }

        return new SeedStatistics(scores.Count, scores.Average(), scores.Count > 1 ? Math.Sqrt(Variance(scores)) : null, scores.Min(), scores.Max());
    }

    /// <summary>The variance, over n - 1; of at least two scores.</summary>
    public static double Variance(IReadOnlyList<double> scores)
    {
        ArgumentNullException.ThrowIfNull(scores);
        double mean = scores.Average();
        return scores.Sum(score => (score - mean) * (score - mean)) / (scores.Count - 1);
    }
}
