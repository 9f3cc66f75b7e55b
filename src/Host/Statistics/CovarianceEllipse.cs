namespace StreamTrainer.Host.Statistics;

/// <summary>
/// A cloud of points as an ellipse: its covariance's principal axes, scaled so that of normally distributed points a share lies inside
/// (Mahalanobis distance squared under chi-squared's quantile with two degrees of freedom, -2 ln(1 - share)). Any thread.
/// </summary>
/// <param name="X">Middle.</param>
/// <param name="Y">Middle.</param>
/// <param name="Major">Half of the longer axis.</param>
/// <param name="Minor">Half of the shorter axis.</param>
/// <param name="Angle">From the horizontal axis to the longer one, in radians, above -pi/2 and up to pi/2.</param>
/// <param name="Correlation">Pearson's correlation; not a number where a coordinate does not vary.</param>
internal sealed record CovarianceEllipse(double X, double Y, double Major, double Minor, double Angle, double Correlation)
{
    /// <summary>Of points, at least two.</summary>
    /// <param name="x">A coordinate a point.</param>
    /// <param name="y">The other coordinate of each.</param>
    /// <param name="share">Share of normally distributed points that lie inside, between 0 and 1.</param>
    /// <exception cref="ArgumentException">There are less than two points, or the lengths differ.</exception>
    public static CovarianceEllipse Of(IReadOnlyList<double> x, IReadOnlyList<double> y, double share = 0.95)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count != y.Count || x.Count < 2)
        {
            throw new ArgumentException("a covariance needs two points and more, each with both coordinates");
        }

        double middleX = x.Average(), middleY = y.Average();
        double xx = SeedStatistics.Variance(x), yy = SeedStatistics.Variance(y);
        double xy = x.Zip(y, (one, other) => (one - middleX) * (other - middleY)).Sum() / (x.Count - 1);
        double half = (xx + yy) / 2, spread = Math.Sqrt((xx - yy) * (xx - yy) / 4 + xy * xy);
        double scale = Math.Sqrt(-2 * Math.Log(1 - share));
        return new CovarianceEllipse(
            middleX, middleY, scale * Math.Sqrt(half + spread), scale * Math.Sqrt(Math.Max(0, half - spread)), Math.Atan2(2 * xy, xx - yy) / 2, xy / Math.Sqrt(xx * yy));
    }

    /// <summary>Points of its edge, the last one the first.</summary>
    /// <param name="count">How many.</param>
    public (double[] X, double[] Y) Edge(int count)
    {
        double[] x = new double[count], y = new double[count];
        for (int point = 0; point < count; point++)
        {
            (double sine, double cosine) = Math.SinCos(2 * Math.PI * point / (count - 1));
            x[point] = X + Major * cosine * Math.Cos(Angle) - Minor * sine * Math.Sin(Angle);
            y[point] = Y + Major * cosine * Math.Sin(Angle) + Minor * sine * Math.Cos(Angle);
        }

        return (x, y);
    }
}
