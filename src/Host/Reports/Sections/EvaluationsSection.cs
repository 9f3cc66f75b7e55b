using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;
using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Scores over the crop and over the resolution of the test image, as <c>eval --crops --resolutions</c> leaves them.</summary>
internal static class EvaluationsSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level)
    {
        List<ReportBlock> blocks = [];
        Add(blocks, study, "crop", "crop percentage (%)", entry => 100 * entry.CropPct, (entry, usual) => entry.Resolution == usual.Resolution);
        Add(blocks, study, "resolution", "resolution (pixels)", entry => entry.Resolution, (entry, usual) => entry.CropPct == usual.CropPct);
        return new ReportSection("Crop and resolution", blocks, level);
    }

    private static void Add(List<ReportBlock> blocks, Study study, string name, string axis, Func<EvaluationRow, double> setting, Func<EvaluationRow, EvaluationRow, bool> otherwiseEqual)
    {
        List<(string Set, string Label, IReadOnlyList<(double At, double[] Scores)> Points)> lines = [];
        IReadOnlyList<string> sets = TestScores.Sets(study.ScoredRuns);
        foreach (string set in sets)
        {
            foreach (RunGroup group in study.Scored)
            {
                (double At, double[] Scores)[] points = [.. group.Scored.SelectMany(run => Entries(run, set, otherwiseEqual)).GroupBy(setting).OrderBy(at => at.Key)
                    .Select(at => (at.Key, at.Select(entry => 100 * entry.Top1).ToArray()))];
                if (points.Length > 1)
                {
                    lines.Add((set, group.Label, points));
                }
            }
        }

        if (lines.Count == 0)
        {
            return;
        }

        double[] values = [.. lines.SelectMany(line => line.Points).Select(point => point.At).Distinct().Order()];
        blocks.Add(new ReportTable(study.Id(name), $"Top-1 (%) by {axis}", [new("recipe", IsText: true), new("set", IsText: true), .. values.Select(value => new ReportColumn(Numbers.Short(Math.Round(value, 4))))],
            [.. lines.Select(line => new ReportRow([ReportCell.Of(line.Label), ReportCell.Of(sets.Count > 1 ? TestScores.Title(line.Set) : ""), .. values.Select(value => Cell(line.Points, value))]))])
        {
            Note = "Mean over seeds, and the standard deviation where there are several.",
        }.WithoutEmptyColumns());
        blocks.Add(new ReportFigure(study.Id($"{name}-curve"), $"Top-1 by {axis}; the bands are standard deviations over seeds.", [.. lines.GroupBy(line => line.Set).Select(set => SettingCharts.Of(set.Key, [.. set.Select(line => (line.Label, line.Points))], axis, $"{TestScores.Title(set.Key)} top-1 (%)"))]));
    }

    /// <summary>A run's scores on a set that differ from its usual one in the setting alone.</summary>
    private static IEnumerable<EvaluationRow> Entries(RunRecord run, string set, Func<EvaluationRow, EvaluationRow, bool> otherwiseEqual) =>
        TestScores.Usual(run, set) is { } usual
            ? run.Evaluations.Where(entry => entry.Set == set && entry.Tta == usual.Tta && entry.Weights == usual.Weights && otherwiseEqual(entry, usual))
            : [];

    private static ReportCell Cell(IReadOnlyList<(double At, double[] Scores)> points, double value)
    {
        double[]? scores = points.Where(point => point.At == value).Select(point => point.Scores).FirstOrDefault();
        if (scores is null)
        {
            return ReportCell.Empty;
        }

        var statistics = SeedStatistics.Of(scores);
        return new ReportCell(Numbers.Fixed(statistics.Mean, 2) + (statistics.Deviation is { } deviation ? $" ± {Numbers.Fixed(deviation, 2)}" : ""), statistics.Mean);
    }
}
