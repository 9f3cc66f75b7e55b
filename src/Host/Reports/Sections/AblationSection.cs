using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>What each setting does, all else equal: the paper's ablations.</summary>
internal static class AblationSection
{
    /// <summary>The section; empty where the recipes are of no grid.</summary>
    public static ReportSection Of(Study study, int level)
    {
        IReadOnlyList<Ablation> all = Ablation.Of(study);
        // With a single setting the pairs say what the comparison says.
        if (all.Count == 0 || (study.Groups.Varying.Count == 1 && all.All(each => each.Differences.Count == 0)))
        {
            return new ReportSection("Setting by setting", [], level);
        }

        Ablation[] paired = [.. all.Where(each => each.Differences.Count > 0)];
        List<ReportBlock> blocks = [new ReportText("Each value against A's value of the same setting, in pairs of runs that agree in all other settings and in the seed. Differences are in points of top-1 on the validation set."), Table(study, all)];
        if (paired.Length > 0)
        {
            blocks.Add(new ReportFigure(study.Id("settings"), "Mean difference over the pairs and its interval; an open mark is a single pair, which has none.",
                [IntervalCharts.Differences("settings", [.. paired.Select(each => (Label(study, each), each.Differences.Average(), each.Mean?.Interval))], "difference (points of top-1)")]));
        }

        return new ReportSection("Setting by setting", blocks, level);
    }

    private static string Label(Study study, Ablation each) => string.Join(", ", each.Keys.Select((key, number) => RunGroups.Words(key, $"{each.From[number]} to {each.To[number]}", study.Groups.Varying)));

    private static ReportTable Table(Study study, IReadOnlyList<Ablation> all) => new ReportTable(study.Id("ablation"), "What a setting does, all else equal",
    [
        new("setting", IsText: true), new("key", IsText: true), new("pairs"), new("difference"), new("95 % interval"), new("p"),
    ],
    [
        .. all.Select(each => new ReportRow(
        [
            ReportCell.Of(Label(study, each)), ReportCell.Of(string.Join(", ", each.Keys.Select(key => $"`{key}`"))), ReportCell.Whole(each.Differences.Count),
            each.Differences.Count > 0 ? ReportCell.Signed(each.Differences.Average(), 2) : ReportCell.Empty,
            each.Mean is { } mean ? ReportCell.Of(Numbers.Signed(mean.Interval, 2)) : ReportCell.Empty,
            each.Mean is { } test ? new ReportCell(Numbers.Probability(test.Probability), test.Probability) : ReportCell.Empty,
        ])),
    ])
    {
        Note = "Interval and p by the t of the pairs' differences, not raised for the number of settings. It is the mean effect over the other settings, which may have the effect only together.",
    };
}
