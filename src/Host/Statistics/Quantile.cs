namespace StreamTrainer.Host.Statistics;

/// <summary>Quantiles of a sample by linear interpolation: type 7 of Hyndman and Fan ("Sample quantiles in statistical packages", The
/// American Statistician 50, 1996), the rule of NumPy, SciPy's bootstrap and R. Any thread.</summary>
internal static class Quantile
{
    /// <summary>The value at position (n - 1) * <paramref name="probability"/> of the sorted sample.</summary>
    /// <param name="sorted">The sample, ascending; at least one value.</param>
    /// <param name="probability">0 to 1.</param>
    /// <exception cref="ArgumentException">The sample is empty.</exception>
    public static double Of(ReadOnlySpan<double> sorted, double probability)
    {
        if (sorted.IsEmpty)
        {
            throw new ArgumentException("a quantile of no values", nameof(sorted));
        }

        double position = (sorted.Length - 1) * Math.Clamp(probability, 0, 1);
        int below = (int)position;
        double share = position - below;
        return share == 0 ? sorted[below] : sorted[below] + share * (sorted[below + 1] - sorted[below]);
    }
}
