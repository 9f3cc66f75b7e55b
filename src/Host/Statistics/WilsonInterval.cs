using MathNet.Numerics.Distributions;

namespace StreamTrainer.Host.Statistics;

/// <summary>
/// The score interval of a proportion (Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22, 1927;
/// method 3 of Newcombe, Statistics in Medicine 17, 1998): the proportions p that a test of z = (k/n - p) / sqrt(p (1 - p) / n) does not
/// reject. It stays in [0, 1] and holds near its ends, where the textbook's normal interval does not. Any thread.
/// </summary>
internal static class WilsonInterval
{
    /// <summary>(2k + z^2 -/+ z sqrt(z^2 + 4k (1 - k/n))) / (2 (n + z^2)), z the normal quantile of the confidence.</summary>
    /// <param name="successes">k, from 0 to <paramref name="count"/>.</param>
    /// <param name="count">n; of 0 trials nothing is known: the interval is [0, 1].</param>
    /// <param name="confidence">Of both sides together, between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are more successes than trials, or fewer than none; no such confidence.</exception>
    public static Interval Of(long successes, long count, double confidence = Interval.Confidence)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, count);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confidence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        if (count == 0)
        {
            return new Interval(0, 1);
        }

        double z = Normal.InvCDF(0, 1, (1 + confidence) / 2), k = successes, n = count;
        double middle = 2 * k + z * z, half = z * Math.Sqrt(z * z + 4 * k * (1 - k / n)), whole = 2 * (n + z * z);
        // At the ends the square root is z itself, and rounding must not leave a trace of the difference.
        return new Interval(successes == 0 ? 0 : (middle - half) / whole, successes == count ? 1 : (middle + half) / whole);
    }
}
