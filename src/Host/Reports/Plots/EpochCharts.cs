using StreamTrainer.Host.Reports.Analysis;

namespace StreamTrainer.Host.Reports.Plots;

/// <summary>Charts over epochs.</summary>
internal static class EpochCharts
{
    private const string Epochs = "epochs";

    /// <summary>Mean, standard deviation and extremes over seeds: the paper's Figure 3.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="spread">The epochs.</param>
    /// <param name="axis">Name and unit of the score.</param>
    public static Chart Band(string name, IReadOnlyList<EpochSpread> spread, string axis)
    {
        double[] x = Of(each => each.Epochs), mean = Of(each => each.Scores.Mean), deviation = Of(each => each.Scores.Deviation ?? 0);
        ChartMark[] marks =
        [
            new BandMark(PlotRole.Series1, "min to max", x, Of(each => each.Scores.Minimum), Of(each => each.Scores.Maximum)) { Opacity = 0.14 },
            new BandMark(PlotRole.Series1, "± std", x, [.. mean.Zip(deviation, (m, s) => m - s)], [.. mean.Zip(deviation, (m, s) => m + s)]) { Opacity = 0.3 },
            new LineMark(PlotRole.Series1, "mean", x, mean),
        ];
        return new Chart(name, $"{axis} over epochs: mean, standard deviation and extremes of the seeds", Epochs, axis, marks) { WholeX = true };

        double[] Of(Func<EpochSpread, double> value) => [.. spread.Select(value)];
    }

    /// <summary>A line a run, in the colour of its recipe; the recipes' means over them where they have several runs.</summary>
    /// <param name="name">The chart's name.</param>
    /// <param name="lines">Recipes, the one that is compared with first.</param>
    /// <param name="axis">Name and unit of what is shown.</param>
    public static Chart Lines(string name, IReadOnlyList<EpochLines> lines, string axis)
    {
        // More recipes than colours: the ones that are not the first stay grey, and the table says which is which.
        bool grey = lines.Count > PlotColors.SeriesCount;
        List<ChartMark> thin = [], thick = [];
        for (int number = 0; number < lines.Count; number++)
        {
            (string label, IReadOnlyList<RunLine> runs) = lines[number];
            PlotRole role = grey && number > 0 ? PlotRole.Soft : PlotColors.Series(number);
            string? legend = lines.Count == 1 || (grey && number > 1) ? null : grey && number == 1 ? $"the {lines.Count - 1} others" : label;
            (double X, double Y)[] mean = runs.Count == 1 ? runs[0].Points : Mean(runs);
            if (runs.Count > 1)
            {
                thin.AddRange(runs.Select(run => Line(role, null, run.Points) with { Width = 1, Opacity = 0.35, Series = run.Run }));
            }

            LineMark line = Line(role, legend, mean) with { Dash = grey ? 0 : number, Width = grey && number > 0 ? 1 : 2, Opacity = grey && number > 0 ? 0.7 : 1, IsShape = runs.Count > 1, Series = runs[0].Run };
            thick.Insert(grey && number > 0 ? 0 : thick.Count, line);
        }

        return new Chart(name, $"{axis} over epochs", Epochs, axis, [.. thin, .. thick]) { WholeX = true };
    }

    private static LineMark Line(PlotRole role, string? label, (double X, double Y)[] points) =>
        new(role, label, [.. points.Select(point => point.X)], [.. points.Select(point => point.Y)]);

    private static (double X, double Y)[] Mean(IReadOnlyList<RunLine> runs) =>
        [.. runs.SelectMany(run => run.Points).GroupBy(point => point.X).Where(group => group.Count() == runs.Count).OrderBy(group => group.Key).Select(group => (group.Key, group.Average(point => point.Y)))];
}

/// <summary>A recipe's lines.</summary>
/// <param name="Label">The recipe.</param>
/// <param name="Runs">A line a run.</param>
internal sealed record EpochLines(string Label, IReadOnlyList<RunLine> Runs);

/// <summary>A run's line.</summary>
/// <param name="Run">The run.</param>
/// <param name="Points">Epochs done, and what is shown of them.</param>
internal sealed record RunLine(string Run, (double X, double Y)[] Points);
