using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Charts of figures with their intervals, a row each.</summary>
internal static class IntervalCharts
{
    private const int RowHeight = 26, AxesHeight = 62, LegendHeight = 24;

    /// <summary>What each recipe reaches: its runs, its mean, the mean's interval; and a line at the first one's mean.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="rows">Recipes, the one that is compared with first: label, scores, and the interval of their mean where one is known.</param>
    /// <param name="axis">Name and unit of the score.</param>
    public static Chart Means(string name, IReadOnlyList<(string Label, double[] Scores, Interval? OfMean)> rows, string axis)
    {
        List<ChartMark> marks = [new RuleMark(PlotRole.Soft, null, rows[0].Scores.Average(), IsVertical: true) { Dash = 1 }];
        bool runs = true, means = true, intervals = true;
        for (int row = 0; row < rows.Count; row++)
        {
            double[] scores = rows[row].Scores;
            SeedStatistics statistics = SeedStatistics.Of(scores);
            marks.Add(new PointsMark(PlotRole.Soft, Once("a run", ref runs), scores, [.. scores.Select(_ => (double)row)]) { Size = 6, Opacity = 0.5, Series = rows[row].Label });
            if (rows[row].OfMean is { } interval)
            {
                marks.Add(new IntervalMark(PlotRole.Series1, Once("95 % of the mean", ref intervals), interval.Low, interval.High, row));
            }

            marks.Add(new PointsMark(PlotRole.Series1, Once("mean", ref means), [statistics.Mean], [row]) { Size = 9, Shape = 3, Series = $"{rows[row].Label}: mean" });
        }

        return Rows(name, $"{axis} of {rows.Count} recipes: runs, means and their intervals", axis, [.. rows.Select(row => row.Label)], marks);
    }

    /// <summary>Differences, each with its interval where there is one, and a line at none.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="rows">Label, difference, interval.</param>
    /// <param name="axis">Name and unit of the difference.</param>
    public static Chart Differences(string name, IReadOnlyList<(string Label, double Difference, Interval? Interval)> rows, string axis)
    {
        List<ChartMark> marks = [new RuleMark(PlotRole.Soft, null, 0, IsVertical: true) { Dash = 1 }];
        for (int row = 0; row < rows.Count; row++)
        {
            (_, double difference, Interval? interval) = rows[row];
            PlotRole role = interval is null || interval.Value.Contains(0) ? PlotRole.Soft : difference > 0 ? PlotRole.Series3 : PlotRole.Series5;
            if (interval is { } ends)
            {
                marks.Add(new IntervalMark(role, null, ends.Low, ends.High, row));
            }

            marks.Add(new PointsMark(role, null, [difference], [row]) { Size = 9, Shape = interval is null ? 4 : 0, Series = rows[row].Label });
        }

        return Rows(name, $"{axis}, with intervals", axis, [.. rows.Select(row => row.Label)], marks);
    }

    private static Chart Rows(string name, string description, string axis, IReadOnlyList<string> labels, IReadOnlyList<ChartMark> marks) =>
        new(name, description, axis, "", marks) { Width = 800, Height = AxesHeight + RowHeight * labels.Count + (marks.Any(mark => mark.Label is not null) ? LegendHeight : 0), Rows = labels };

    private static string? Once(string label, ref bool first)
    {
        bool now = first;
        first = false;
        return now ? label : null;
    }
}
