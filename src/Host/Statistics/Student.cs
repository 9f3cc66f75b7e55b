using MathNet.Numerics.Distributions;

namespace StreamTrainer.Host.Statistics;

/// <summary>Intervals and tests by Student's t distribution. Any thread.</summary>
internal static class Student
{
    /// <summary>Estimate -/+ t times its standard error.</summary>
    /// <param name="estimate">The estimate.</param>
    /// <param name="standardError">Its standard error.</param>
    /// <param name="freedom">Degrees of freedom, above 0; need not be whole.</param>
    /// <param name="confidence">Of both sides together, between 0 and 1.</param>
    public static Interval Around(double estimate, double standardError, double freedom, double confidence = Interval.Confidence)
    {
        double half = StudentT.InvCDF(0, 1, freedom, (1 + confidence) / 2) * standardError;
        return new Interval(estimate - half, estimate + half);
    }

    /// <summary>The two-sided probability of a t as far from 0 as <paramref name="t"/>.</summary>
    /// <param name="t">The statistic.</param>
    /// <param name="freedom">Degrees of freedom, above 0.</param>
    public static double Probability(double t, double freedom) => 2 * StudentT.CDF(0, 1, freedom, -Math.Abs(t));
}
