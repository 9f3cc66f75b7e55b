using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Charts of a score over a setting of the evaluation: crop percentage or resolution.</summary>
internal static class SettingCharts
{
    /// <summary>A line a recipe and test set, with the standard deviation over seeds where there are several.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="lines">Label, and at each value of the setting the scores of the runs.</param>
    /// <param name="axis">Name and unit of the setting.</param>
    /// <param name="scoreAxis">Name and unit of the score.</param>
    public static Chart Of(string name, IReadOnlyList<(string Label, IReadOnlyList<(double At, double[] Scores)> Points)> lines, string axis, string scoreAxis)
    {
        List<ChartMark> bands = [], marks = [];
        for (int number = 0; number < lines.Count; number++)
        {
            (string label, IReadOnlyList<(double At, double[] Scores)> points) = lines[number];
            PlotRole role = PlotColors.Series(number);
            SeedStatistics[] statistics = [.. points.Select(point => SeedStatistics.Of(point.Scores))];
            double[] x = [.. points.Select(point => point.At)], mean = [.. statistics.Select(each => each.Mean)];
            if (statistics.All(each => each.Deviation is not null))
            {
                bands.Add(new BandMark(role, null, x, [.. statistics.Select(each => each.Mean - each.Deviation!.Value)], [.. statistics.Select(each => each.Mean + each.Deviation!.Value)]));
            }

            marks.Add(new LineMark(role, lines.Count == 1 ? null : label, x, mean) { Dash = number, IsShape = true });
            marks.Add(new PointsMark(role, null, x, mean) { Shape = number, Series = label });
        }

        return new Chart(name, $"{scoreAxis} over {axis}", axis, scoreAxis, [.. bands, .. marks]);
    }
}
