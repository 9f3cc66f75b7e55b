using System.Globalization;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Is B better than A? With an interval, and the seeds that it would take to know.</summary>
internal static class ComparisonSection
{
    private static readonly int[] s_seeds = [2, 3, 5, 10, 20, 50, 100];

    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, IReadOnlyList<Comparison> comparisons, int level)
    {
        List<ReportBlock> blocks = [];
        if (comparisons.Count > 0)
        {
            blocks.Add(new ReportText($"A is {study.Baseline!.Label}{(study.Groups.Groups[0] == study.Baseline ? ", the first recipe; `--baseline RUN` chooses another" : "")}. Differences are in points of top-1 on the validation set."));
            blocks.Add(Table(study, comparisons));
            blocks.Add(new ReportFigure(study.Id("means"), "What each recipe reaches, its runs, and the interval of its mean. The dashed line is A's mean.",
                [IntervalCharts.Means("means", [.. study.Scored.Select(group => (group.Label, group.Scores, Comparison.OfMean(group, study.Noise)))], "validation top-1 (%)")]));
        }

        if (study.Noise is { Variance: > 0 } noise)
        {
            blocks.Add(Power(study, noise));
        }

        return new ReportSection(comparisons.Count > 0 ? "Is B better than A?" : "What the noise hides", blocks, level);
    }

    private static ReportTable Table(Study study, IReadOnlyList<Comparison> comparisons)
    {
        bool borrowed = comparisons.Any(each => each.NoiseIsBorrowed);
        return new ReportTable(study.Id("comparison"), "Every recipe against A",
        [
            new("B", IsText: true), new("runs"), new("mean (%)"), new("B − A"), new("95 % interval"), new("bootstrap"), new("p"), new("p, Holm"), new("B is", IsText: true), new("seeds to know"),
        ],
        [
            .. comparisons.Select(each => new ReportRow(
            [
                ReportCell.Of(each.Second.Label), ReportCell.Whole(each.Second.Scores.Length), ReportCell.Of(each.Second.Scores.Average(), 2), ReportCell.Signed(each.Difference, 2),
                each.Welch is { } welch ? ReportCell.Of(Numbers.Signed(welch.Interval, 2) + (each.NoiseIsBorrowed ? " *" : "")) : ReportCell.Empty,
                each.Resampled is { } resampled ? ReportCell.Of(Numbers.Signed(resampled, 2)) : ReportCell.Empty,
                each.Welch is { } test ? new ReportCell(Numbers.Probability(test.Probability), test.Probability) : ReportCell.Empty,
                each.Adjusted is { } adjusted ? new ReportCell(Numbers.Probability(adjusted), adjusted) : ReportCell.Empty,
                ReportCell.Of(Words(each.Verdict)), each.SeedsNeeded is { } seeds ? ReportCell.Whole(seeds) : ReportCell.Empty,
            ])),
        ])
        {
            Note = "Interval and p by Welch's t; bootstrap: percentile interval of 10,000 resamples, from five runs on; Holm: p raised for the number of comparisons, by which the answer is given at the 5 % level. "
                + "Seeds to know: so many of each find a difference like the observed one with a power of 80 %."
                + (borrowed ? " * One of the two has less than four runs: the noise is the pooled one of all recipes that have several seeds, taken to be the same for each." : ""),
        }.WithoutEmptyColumns();
    }

    private static ReportTable Power(Study study, PooledVariance noise)
    {
        double deviation = Math.Sqrt(noise.Variance);
        return new ReportTable(study.Id("power"), "The least difference that so many seeds of each recipe show",
            [new("seeds of each", IsText: true), new("1"), .. s_seeds.Select(seeds => new ReportColumn(seeds.ToString(CultureInfo.InvariantCulture)))],
            [new ReportRow([ReportCell.Of("points of top-1"), ReportCell.Of(SeedNoise.OfSinglePair(deviation), 2), .. s_seeds.Select(seeds => ReportCell.Of(SeedPower.Difference(seeds, deviation), 2))])])
        {
            Note = $"Two-sided t test at the 5 % level, power 80 %, standard deviation {Numbers.Fixed(deviation, 3)} points, pooled over the recipes with {noise.Freedom} degrees of freedom; for one seed it is taken as known.",
        };
    }

    private static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        Verdict.NotShown => "not told apart",
        _ => "not known",
    };
}
