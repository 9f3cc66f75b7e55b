namespace StreamTrainer.Host.Statistics;

/// <summary>The variance inside several samples that are taken to have the same: sum((n_i - 1) s_i^2) / sum(n_i - 1). Any thread.</summary>
/// <param name="Variance">The variance.</param>
/// <param name="Freedom">Its degrees of freedom: sum(n_i - 1).</param>
internal readonly record struct PooledVariance(double Variance, int Freedom)
{
    /// <summary>Of samples; those of one member tell nothing. Null where none tells anything.</summary>
    public static PooledVariance? Of(IEnumerable<IReadOnlyList<double>> samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        double sum = 0;
        int freedom = 0;
        foreach (IReadOnlyList<double> sample in samples.Where(sample => sample.Count > 1))
        {
            sum += SeedStatistics.Variance(sample) * (sample.Count - 1);
            freedom += sample.Count - 1;
        }

        return freedom == 0 ? null : new PooledVariance(sum / freedom, freedom);
    }
}
