using MathNet.Numerics.Distributions;

namespace StreamTrainer.Host.Statistics;

/// <summary>The interval of a correlation. Any thread.</summary>
internal static class Correlation
{
    /// <summary>tanh(atanh(r) -/+ z / sqrt(n - 3)), z the normal's quantile: Fisher, "On the 'probable error' of a coefficient of
    /// correlation deduced from a small sample", Metron 1 (1921). Null for less than four points, or where a coordinate does not vary.</summary>
    /// <param name="correlation">Pearson's r.</param>
    /// <param name="count">Points.</param>
    /// <param name="confidence">Of both sides together, between 0 and 1.</param>
    public static Interval? Of(double correlation, int count, double confidence = Interval.Confidence)
    {
        if (count < 4 || double.IsNaN(correlation))
        {
            return null;
        }

        double middle = Math.Atanh(correlation), half = Normal.InvCDF(0, 1, (1 + confidence) / 2) / Math.Sqrt(count - 3);
        return new Interval(Math.Tanh(middle - half), Math.Tanh(middle + half));
    }
}
