namespace StreamTrainer.Host.Statistics;

/// <summary>Probabilities of several tests, raised so that all of them together are wrong no more often than one alone would be: Holm, "A
/// simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979). Any thread.</summary>
internal static class Holm
{
    /// <summary>The adjusted probabilities, in the order of the given ones: the k-th least times (m - k + 1), never below one before it,
    /// 1 at most.</summary>
    public static double[] Adjust(IReadOnlyList<double> probabilities)
    {
        ArgumentNullException.ThrowIfNull(probabilities);
        var adjusted = new double[probabilities.Count];
        double least = 0;
        int left = probabilities.Count;
        foreach (int index in Enumerable.Range(0, probabilities.Count).OrderBy(index => probabilities[index]))
        {
            least = Math.Max(least, Math.Min(1, probabilities[index] * left));
            adjusted[index] = least;
            left--;
        }

        return adjusted;
    }
}
