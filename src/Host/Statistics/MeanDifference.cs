namespace StreamTrainer.Host.Statistics;

/// <summary>A difference of means with what is known about it. Any thread.</summary>
/// <param name="Difference">The difference.</param>
/// <param name="StandardError">Its standard error.</param>
/// <param name="Freedom">Degrees of freedom of the standard error.</param>
internal readonly record struct MeanDifference(double Difference, double StandardError, double Freedom)
{
    /// <summary>Its 95 % interval.</summary>
    public Interval Interval => Student.Around(Difference, StandardError, Freedom);

    /// <summary>How likely chance alone brings a difference as far from 0; two-sided. Of samples without any variation: 0, or 1 where
    /// there is no difference.</summary>
    public double Probability => StandardError > 0 ? Student.Probability(Difference / StandardError, Freedom) : Difference == 0 ? 1 : 0;

    /// <summary>mean(<paramref name="second"/>) - mean(<paramref name="first"/>) of two samples whose variances may differ: Welch, "The
    /// generalization of 'Student's' problem when several different population variances are involved", Biometrika 34 (1947), with the
    /// degrees of freedom of Satterthwaite.</summary>
    /// <exception cref="ArgumentException">A sample has less than two members, and so no variance.</exception>
    public static MeanDifference Welch(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count < 2 || second.Count < 2)
        {
            throw new ArgumentException("a sample of less than two has no variance");
        }

        double one = SeedStatistics.Variance(first) / first.Count, other = SeedStatistics.Variance(second) / second.Count, sum = one + other;
        double freedom = sum > 0 ? sum * sum / (one * one / (first.Count - 1) + other * other / (second.Count - 1)) : first.Count + second.Count - 2;
        return new MeanDifference(second.Average() - first.Average(), Math.Sqrt(sum), freedom);
    }

    /// <summary>The mean of differences of pairs, as of runs that agree in all but what is compared (Student, 1908).</summary>
    /// <exception cref="ArgumentException">There are less than two.</exception>
    public static MeanDifference Paired(IReadOnlyList<double> differences)
    {
        ArgumentNullException.ThrowIfNull(differences);
        if (differences.Count < 2)
        {
            throw new ArgumentException("less than two differences have no variance", nameof(differences));
        }

        return new MeanDifference(differences.Average(), Math.Sqrt(SeedStatistics.Variance(differences) / differences.Count), differences.Count - 1);
    }

    /// <summary>mean(<paramref name="second"/>) - mean(<paramref name="first"/>) where the variance is known from elsewhere: samples of
    /// one are enough then.</summary>
    /// <param name="first">At least one value.</param>
    /// <param name="second">At least one value.</param>
    /// <param name="variance">The variance of both.</param>
    /// <param name="freedom">How many degrees of freedom it was found with.</param>
    public static MeanDifference WithVariance(IReadOnlyList<double> first, IReadOnlyList<double> second, double variance, double freedom)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return new MeanDifference(second.Average() - first.Average(), Math.Sqrt(variance / first.Count + variance / second.Count), freedom);
    }
}
