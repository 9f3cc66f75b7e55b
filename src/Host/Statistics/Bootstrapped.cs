namespace StreamTrainer.Host.Statistics;

/// <summary>What a bootstrap found of a statistic (<see cref="Bootstrap"/>).</summary>
/// <param name="Estimate">The statistic of the sample itself.</param>
/// <param name="StandardError">The standard deviation of the statistic over the resamples.</param>
/// <param name="Percentile">The percentile interval: the quantiles of the statistic over the resamples (Efron and Tibshirani, "An
/// introduction to the bootstrap", 1993, chapter 13).</param>
internal readonly record struct Bootstrapped(double Estimate, double StandardError, Interval Percentile)
{
    /// <summary>The basic interval, the percentile interval mirrored at the estimate (Davison and Hinkley, "Bootstrap methods and their
    /// application", 1997, section 5.2): for a statistic with a bias, which resampling shows once more on top.</summary>
    public Interval Basic => new(2 * Estimate - Percentile.High, 2 * Estimate - Percentile.Low);
}
