namespace StreamTrainer.Perf.Harness;

/// <summary>A measured number: the median of the rounds, and the lowest and highest of them.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Value">The median.</param>
/// <param name="Low">The lowest round.</param>
/// <param name="High">The highest round.</param>
/// <param name="Unit">UCUM's unit; <c>1</c> for a ratio.</param>
internal sealed record Figure(string Name, double Value, double Low, double High, string Unit)
{
    /// <summary>The figure of several rounds.</summary>
    public static Figure Of(string name, string unit, IEnumerable<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Figure(name, median, sorted[0], sorted[^1], unit);
    }
}
