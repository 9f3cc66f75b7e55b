using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Host.Statistics;

/// <summary>
/// The bootstrap (Efron, "Bootstrap methods: another look at the jackknife", 1979): how a statistic varies when the sample is drawn
/// again from itself, with replacement. Resample r is a pure function of (seed, r, sample size), so that the same call gives the same
/// interval on any machine with any number of threads, and two statistics of the same images see the same resamples. Any thread; the
/// resamples are shared out over the cores.
/// </summary>
internal static class Bootstrap
{
    /// <summary>Resamples, unless said otherwise: Efron and Tibshirani (1993, section 14.3) ask for 1000 and more for an interval.</summary>
    public const int DefaultResamples = 2000;

    /// <summary>Of a mean.</summary>
    /// <param name="values">The sample: 0 and 1, or any real numbers; at least one.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="resamples">How many resamples; at least 2.</param>
    /// <param name="confidence">Of both sides together, between 0 and 1.</param>
    /// <exception cref="ArgumentException">The sample is empty.</exception>
    public static Bootstrapped Mean(double[] values, long seed = 0, int resamples = DefaultResamples, double confidence = Interval.Confidence)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Of(
            values.Length,
            indices =>
            {
                double sum = 0;
                foreach (int i in indices)
                {
                    sum += values[i];
                }

                return sum / indices.Length;
            },
            seed, resamples, confidence);
    }

    /// <summary>Of the mean difference <paramref name="first"/> - <paramref name="second"/> of pairs, such as two models' hits on the same
    /// images: pairs are drawn, so that what both find hard counts against neither.</summary>
    /// <param name="first">One value a pair.</param>
    /// <param name="second">The other value of each pair, in the same order.</param>
    /// <inheritdoc cref="Mean"/>
    /// <exception cref="ArgumentException">There is no pair, or the lengths differ.</exception>
    public static Bootstrapped PairedDifference(double[] first, double[] second, long seed = 0, int resamples = DefaultResamples, double confidence = Interval.Confidence)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} values are to be paired with {second.Length}", nameof(second));
        }

        return Mean([.. first.Zip(second, (a, b) => a - b)], seed, resamples, confidence);
    }

    /// <summary>Of the difference of two independent samples' means, mean(<paramref name="first"/>) - mean(<paramref name="second"/>),
    /// such as two recipes' scores over seeds: each sample is drawn from itself.</summary>
    /// <param name="first">One sample; at least one value.</param>
    /// <param name="second">The other; at least one value.</param>
    /// <inheritdoc cref="Mean"/>
    public static Bootstrapped Difference(double[] first, double[] second, long seed = 0, int resamples = DefaultResamples, double confidence = Interval.Confidence)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        double[] one = MeansOf(first, 2 * seed, resamples), other = MeansOf(second, 2 * seed + 1, resamples);
        return Summary(first.Average() - second.Average(), [.. one.Zip(other, (a, b) => a - b)], confidence);

        static double[] MeansOf(double[] values, long seed, int resamples) =>
            Distribution(values.Length, indices => indices.ToArray().Average(i => values[i]), seed, resamples);
    }

    /// <summary>Of any statistic.</summary>
    /// <param name="count">Size of the sample; at least 1.</param>
    /// <param name="statistic">The statistic of the members with these indices; called from several threads at once.</param>
    /// <inheritdoc cref="Mean"/>
    public static Bootstrapped Of(
        int count, Func<ReadOnlySpan<int>, double> statistic, long seed = 0, int resamples = DefaultResamples, double confidence = Interval.Confidence)
    {
        double[] distribution = Distribution(count, statistic, seed, resamples);
        return Summary(statistic([.. Enumerable.Range(0, count)]), distribution, confidence);
    }

    private static double[] Distribution(int count, Func<ReadOnlySpan<int>, double> statistic, long seed, int resamples)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        if (count < 1)
        {
            throw new ArgumentException("a bootstrap of no values", nameof(count));
        }

        var distribution = new double[resamples];
        Parallel.For(
            0, resamples, () => new int[count],
            (resample, _, indices) =>
            {
                Draw(indices, seed, resample);
                distribution[resample] = statistic(indices);
                return indices;
            },
            _ => { });
        return distribution;
    }

    private static Bootstrapped Summary(double estimate, double[] distribution, double confidence)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(confidence, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(confidence, 1);
        Array.Sort(distribution);
        double mean = distribution.Average();
        double deviation = Math.Sqrt(distribution.Sum(value => (value - mean) * (value - mean)) / (distribution.Length - 1));
        return new Bootstrapped(
            estimate, deviation, new Interval(Quantile.Of(distribution, (1 - confidence) / 2), Quantile.Of(distribution, (1 + confidence) / 2)));
    }

    /// <summary>Indices uniform below the sample's size. A 64-bit draw makes two: floor(count * u / 2^32), which prefers no index by more
    /// than count / 2^32.</summary>
    private static void Draw(int[] indices, long seed, int resample)
    {
        var random = new SampleRandom(seed, 0, resample, RandomStream.Resample);
        ulong count = (ulong)indices.Length, bits = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            bits = i % 2 == 0 ? random.NextUInt64() : bits >> 32;
            indices[i] = (int)((count * (uint)bits) >> 32);
        }
    }
}
