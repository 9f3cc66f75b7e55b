using StreamTrainer.Host.Models;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;
using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Scores over seeds: the right half of the paper's Table 2, its Figure 1 and its Figure 3.</summary>
internal static class SeedsSection
{
    /// <summary>Fewer runs than these make no cloud.</summary>
    private const int FewestForHistogram = 5, FewestForBand = 3;

    /// <summary>More recipes than these have no pictures of their own: the comparison shows all of them in one.</summary>
    private const int MostWithPictures = 4;

    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level)
    {
        List<ReportBlock> blocks = [];
        IReadOnlyList<string> sets = TestScores.Sets(study.ScoredRuns);
        if (study.Scored.Count > 0)
        {
            blocks.Add(Table(study, sets));
        }

        int number = 0;
        RunGroup[] clouds = [.. study.Scored.Where(group => group.Scored.Count >= FewestForBand)];
        foreach (RunGroup group in clouds.Take(MostWithPictures))
        {
            string suffix = clouds.Length == 1 ? "" : $"-{++number}", whose = clouds.Length == 1 ? "" : $" ({group.Label})";
            blocks.AddRange(Pictures(study, group, sets, suffix, whose));
        }

        if (clouds.Length > MostWithPictures)
        {
            blocks.Add(new ReportText($"Histograms and bands are drawn of the first {MostWithPictures} of {clouds.Length} recipes; name the others' runs alone to see theirs.", Quiet: true));
        }

        return new ReportSection("Seeds", blocks, level);
    }

    private static ReportTable Table(Study study, IReadOnlyList<string> sets)
    {
        List<ReportRow> rows = [];
        foreach (RunGroup group in study.Scored)
        {
            foreach (string set in sets)
            {
                (long? Seed, double Score)[] scores = [.. group.Scored.Select(run => (run.Seed, Score: TestScores.Of(run, set))).Where(each => each.Score is not null).Select(each => (each.Seed, each.Score!.Value))];
                if (scores.Length > 0)
                {
                    rows.Add(Row(study, group, set, scores));
                }
            }
        }

        bool several = study.Scored.Any(group => group.Scored.Count > 1);
        if (several)
        {
            // For scale, and marked as the paper's: it is another data set where the runs are not of ImageNet.
            rows.AddRange(PaperTables.Seeds.Select(Published));
        }

        return new ReportTable(study.Id("seeds"), "Top-1 (%) over seeds",
        [
            new("recipe", IsText: true), new("set", IsText: true), new("seeds"), new("mean"), new("std"), new("max"), new("min"), new("seed 0"), new("95 % of the mean"),
        ], rows)
        {
            Note = "std: standard deviation over n − 1. The last column is Student's interval of the mean over all seeds that there could be; the noise of the test set itself, which all seeds share, comes on top."
                + (several ? $" In italics, for scale: {PaperTables.Citation(2)}" : ""),
        }.WithoutEmptyColumns();
    }

    private static ReportRow Published(PaperSeeds row) => new(
    [
        ReportCell.Of("paper: ResNet-50, A2, ImageNet-1k"), ReportCell.Of(TestScores.Title(row.Set)), ReportCell.Whole(row.Seeds), ReportCell.Of(row.Mean, 2), ReportCell.Of(row.Deviation, 2),
        ReportCell.Of(row.Maximum, 2), ReportCell.Of(row.Minimum, 2), ReportCell.Of(row.First, 2), ReportCell.Empty,
    ], RowKind.Paper);

    private static ReportRow Row(Study study, RunGroup group, string set, (long? Seed, double Score)[] scores)
    {
        var statistics = SeedStatistics.Of([.. scores.Select(each => each.Score)]);
        double? zero = scores.Where(each => each.Seed == 0).Select(each => (double?)each.Score).FirstOrDefault();
        string name = study.Scored.Count > 1 && group == study.Baseline ? $"{group.Label} (A)" : group.Label;
        return new ReportRow(
        [
            ReportCell.Of(name), ReportCell.Of(TestScores.Title(set)), ReportCell.Whole(statistics.Count),
            ReportCell.Of(statistics.Mean, 2), ReportCell.Of(statistics.Deviation, 2), ReportCell.Of(statistics.Maximum, 2), ReportCell.Of(statistics.Minimum, 2),
            ReportCell.Of(zero, 2), statistics.OfMean is { } interval ? ReportCell.Of(Numbers.Of(interval, 2)) : ReportCell.Empty,
        ]);
    }

    private static IEnumerable<ReportBlock> Pictures(Study study, RunGroup group, IReadOnlyList<string> sets, string suffix, string whose)
    {
        if (group.Scored.Count >= FewestForHistogram)
        {
            List<Chart> charts = [];
            foreach (string set in sets)
            {
                (long? Seed, double? Score)[] scores = [.. group.Scored.Select(run => (run.Seed, TestScores.Of(run, set))).Where(each => each.Item2 is not null)];
                if (scores.Length >= FewestForHistogram)
                {
                    charts.Add(SeedCharts.Histogram($"histogram-{set}", [.. scores.Select(each => each.Score!.Value)], scores.Where(each => each.Seed == 0).Select(each => each.Score).FirstOrDefault(), $"{TestScores.Title(set)} top-1 (%)"));
                }
            }

            yield return new ReportFigure(study.Id("histogram" + suffix), $"How many seeds reach what{whose}. Each run is a mark on the axis.", charts);
        }

        foreach (string set in sets.Skip(1))
        {
            (double X, double Y, bool IsFirst)[] points = [.. group.Scored.Select(run => (Run: run, Pair: TestScores.Pair(run, sets[0], set))).Where(each => each.Pair is not null)
                .Select(each => (each.Pair!.Value.One, each.Pair.Value.Other, each.Run.Seed == 0))];
            if (points.Length >= FewestForBand)
            {
                Chart chart = SeedCharts.Scatter($"scatter-{set}", points, $"{TestScores.Title(sets[0])} top-1 (%)", $"{TestScores.Title(set)} top-1 (%)");
                yield return new ReportFigure(study.Id($"scatter-{set}{suffix}"), Caption(points, set, whose), [chart]);
            }
        }

        IReadOnlyList<EpochSpread> spread = EpochSpread.Of(group.Scored);
        if (spread.Count > 1)
        {
            IReadOnlyList<EpochSpread> last = EpochSpread.Last(spread);
            List<Chart> charts = [EpochCharts.Band("all", spread, "validation top-1 (%)")];
            if (last.Count < spread.Count)
            {
                charts.Add(EpochCharts.Band("last", last, "validation top-1 (%)"));
            }

            yield return new ReportFigure(study.Id("band" + suffix),
                $"Spread over {group.Scored.Count} seeds while training{whose}: {(last.Count < spread.Count ? $"all epochs, and the last {last.Count} evaluations" : "all epochs")}.", charts);
        }
    }

    private static string Caption((double X, double Y, bool IsFirst)[] points, string set, string whose)
    {
        var cloud = CovarianceEllipse.Of([.. points.Select(point => point.X)], [.. points.Select(point => point.Y)]);
        Interval? interval = Correlation.Of(cloud.Correlation, points.Length);
        string correlation = double.IsNaN(cloud.Correlation) ? "" : $" Correlation {Numbers.Fixed(cloud.Correlation, 2)}{(interval is { } ends ? $" (95 % interval {Numbers.Of(ends, 2)})" : "")}.";
        return $"A point a seed: validation against {TestScores.Title(set)}{whose}. The ellipse holds 95 % of a normal cloud of this covariance.{correlation} Who picks a seed by the one set does not pick it by the other.";
    }
}
