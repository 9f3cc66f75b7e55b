using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace StreamTrainer.Host.Statistics;

/// <summary>
/// How many seeds it takes to see a difference: the power of the two-sided two-sample t test with n seeds of each and one standard
/// deviation (Cohen, "Statistical power analysis for the behavioral sciences", 2nd edition 1988, chapter 2), by the noncentral t
/// distribution. Any thread.
/// </summary>
internal static class SeedPower
{
    /// <summary>The power that is asked for, unless said otherwise: Cohen's convention.</summary>
    public const double Usual = 0.8;

    /// <summary>More than anybody trains; a search ends here.</summary>
    public const int Most = 1_000_000;

    private const double Significance = 1 - Interval.Confidence;

    /// <summary>The probability that the test finds a difference.</summary>
    /// <param name="seeds">Seeds of each of the two; at least 2.</param>
    /// <param name="difference">The true difference.</param>
    /// <param name="deviation">The standard deviation over seeds, above 0.</param>
    public static double Of(int seeds, double difference, double deviation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 2);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(deviation);
        double freedom = 2.0 * seeds - 2, shift = Math.Abs(difference) / deviation * Math.Sqrt(seeds / 2.0);
        double critical = StudentT.InvCDF(0, 1, freedom, 1 - Significance / 2);
        return 1 - Noncentral(critical, freedom, shift) + Noncentral(-critical, freedom, shift);
    }

    /// <summary>The least number of seeds of each that finds a difference with some power; null where it takes more than
    /// <see cref="Most"/>, as for no difference.</summary>
    /// <inheritdoc cref="Of"/>
    /// <param name="difference">The true difference.</param>
    /// <param name="deviation">The standard deviation over seeds; 0: two seeds are enough.</param>
    /// <param name="power">The power.</param>
    public static int? Seeds(double difference, double deviation, double power = Usual)
    {
        if (difference == 0)
        {
            return null;
        }

        if (deviation == 0)
        {
            return 2;
        }

        int enough = 2;
        while (Of(enough, difference, deviation) < power)
        {
            enough *= 2;
            if (enough > Most)
            {
                return null;
            }
        }

        int least = Math.Max(2, enough / 2);
        while (least < enough)
        {
            int middle = (least + enough) / 2;
            (least, enough) = Of(middle, difference, deviation) < power ? (middle + 1, enough) : (least, middle);
        }

        return enough;
    }

    /// <summary>The least difference that so many seeds of each find with some power.</summary>
    /// <param name="seeds">Seeds of each of the two; at least 2.</param>
    /// <param name="deviation">The standard deviation over seeds, above 0.</param>
    /// <param name="power">The power.</param>
    public static double Difference(int seeds, double deviation, double power = Usual)
    {
        double low = 0, high = deviation;
        while (Of(seeds, high, deviation) < power)
        {
            high *= 2;
        }

        for (int halving = 0; halving < 60; halving++)
        {
            double middle = (low + high) / 2;
            (low, high) = Of(seeds, middle, deviation) < power ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>P((Z + shift) / S &lt;= t), Z normal and S^2 chi-squared over its degrees of freedom: the normal's distribution at
    /// t s - shift, averaged over s.</summary>
    private static double Noncentral(double t, double freedom, double shift)
    {
        // S lies within ten of its standard deviations, about 1 / sqrt(2 freedom), of 1.
        double reach = 10 / Math.Sqrt(2 * freedom), from = Math.Max(0, 1 - reach), to = 1 + reach;
        double sum = 0;
        const int Pieces = 16;
        for (int piece = 0; piece < Pieces; piece++)
        {
            double start = from + (to - from) * piece / Pieces, end = from + (to - from) * (piece + 1) / Pieces;
            sum += GaussLegendreRule.Integrate(s => Normal.CDF(0, 1, t * s - shift) * 2 * freedom * s * ChiSquared.PDF(freedom, freedom * s * s), start, end, 20);
        }

        return sum;
    }
}
