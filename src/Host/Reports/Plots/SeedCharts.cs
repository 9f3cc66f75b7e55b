using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Charts of a cloud of seeds: the paper's Figure 1.</summary>
internal static class SeedCharts
{
    private const double EllipseShare = 0.95;

    private const int FewestBins = 5, MostBins = 25;

    /// <summary>How many runs reach what.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="scores">What the runs reach.</param>
    /// <param name="first">What seed 0 reaches; null: it is not among them.</param>
    /// <param name="axis">Name and unit of the score.</param>
    public static Chart Histogram(string name, IReadOnlyList<double> scores, double? first, string axis)
    {
        SeedStatistics statistics = SeedStatistics.Of(scores);
        double[] edges = Edges(scores);
        double[] heights = [.. Enumerable.Range(0, edges.Length - 1)
            .Select(bar => (double)scores.Count(score => score >= edges[bar] && (score < edges[bar + 1] || bar == edges.Length - 2)))];
        List<ChartMark> marks =
        [
            new BarsMark(PlotRole.Series1, null, edges, heights),
            // Each run by itself, along the axis.
            new PointsMark(PlotRole.Series1, null, [.. scores], [.. scores.Select(_ => 0.03 * heights.Max())]) { Size = 10, Shape = 6, Series = "run" },
            new RuleMark(PlotRole.Ink, "mean", statistics.Mean, IsVertical: true),
        ];
        if (first is { } zero)
        {
            marks.Add(new RuleMark(PlotRole.Series2, "seed 0", zero, IsVertical: true) { Dash = 1 });
        }

        return new Chart(name, $"Histogram of {axis} over {scores.Count} seeds", axis, "runs", marks)
        {
            YLimits = (0, Math.Max(1, heights.Max()) * 1.12),
            WholeY = true,
        };
    }

    /// <summary>Each seed's score on one set against its score on another.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="points">A point a run, and whether it is seed 0.</param>
    /// <param name="xAxis">Name and unit of the one score.</param>
    /// <param name="yAxis">Name and unit of the other.</param>
    public static Chart Scatter(string name, IReadOnlyList<(double X, double Y, bool IsFirst)> points, string xAxis, string yAxis)
    {
        double[] x = [.. points.Select(point => point.X)], y = [.. points.Select(point => point.Y)];
        (double X, double Y, bool IsFirst)[] zero = [.. points.Where(point => point.IsFirst)];
        int best = Array.IndexOf(x, x.Max());
        List<ChartMark> marks = [];
        if (points.Count >= 3)
        {
            (double[] edgeX, double[] edgeY) = CovarianceEllipse.Of(x, y, EllipseShare).Edge(181);
            marks.Add(new LineMark(PlotRole.Soft, "95 % of the cloud", edgeX, edgeY) { Width = 1.5f, Dash = 1, IsShape = true });
        }

        marks.Add(new PointsMark(PlotRole.Series1, "a seed", x, y) { Opacity = 0.8 });
        marks.Add(new PointsMark(PlotRole.Series5, "best by the horizontal axis", [x[best]], [y[best]]) { Shape = 4, Size = 14 });
        if (zero.Length > 0)
        {
            marks.Add(new PointsMark(PlotRole.Series2, "seed 0", [.. zero.Select(point => point.X)], [.. zero.Select(point => point.Y)]) { Shape = 1, Size = 9 });
        }

        return new Chart(name, $"{yAxis} against {xAxis}, a point a seed", xAxis, yAxis, marks) { Height = 410 };
    }

    /// <summary>Ends of a histogram's bars: as wide as Freedman and Diaconis say ("On the histogram as a density estimator: L2 theory",
    /// 1981), twice the interquartile range over the cube root of the count.</summary>
    internal static double[] Edges(IReadOnlyList<double> scores)
    {
        double[] sorted = [.. scores.Order()];
        double low = sorted[0], high = sorted[^1];
        if (low == high)
        {
            return [low - 0.5, low + 0.5];
        }

        double width = 2 * (Quantile.Of(sorted, 0.75) - Quantile.Of(sorted, 0.25)) / Math.Cbrt(sorted.Length);
        int bins = width > 0 ? Math.Clamp((int)Math.Ceiling((high - low) / width), FewestBins, MostBins) : FewestBins;
        return [.. Enumerable.Range(0, bins + 1).Select(edge => edge == bins ? high : low + (high - low) * edge / bins)];
    }
}
