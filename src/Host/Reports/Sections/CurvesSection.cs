using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Plots;
using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Learning curves of the complete runs.</summary>
internal static class CurvesSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level)
    {
        List<Chart> charts = [];
        Add(charts, study, "loss", "training loss", run => run.Curves.Losses);
        Add(charts, study, "top1", "validation top-1 (%)", run => run.Curves.Evaluations.Select(each => (each.Epochs, each.Top1)));
        Add(charts, study, "val-loss", "validation loss", run => run.Curves.Evaluations.Select(each => (each.Epochs, each.Loss)));
        return new ReportSection("Learning curves",
            charts.Count == 0 ? [] : [new ReportFigure(study.Id("curves"), study.ScoredRuns.Count() > study.Scored.Count ? "Thin lines are runs, thick ones the means of a recipe's runs." : "A line a run.", charts)], level);
    }

    private static void Add(List<Chart> charts, Study study, string name, string axis, Func<RunRecord, IEnumerable<(double X, double Y)>> points)
    {
        EpochLines[] lines = [.. study.Scored.Select(group => new EpochLines(group.Label,
            [.. group.Scored.Select(run => new RunLine(run.Id, [.. points(run).Where(point => double.IsFinite(point.Y))])).Where(line => line.Points.Length > 1)])).Where(lines => lines.Runs.Count > 0)];
        if (lines.Length > 0)
        {
            charts.Add(EpochCharts.Lines(name, lines, axis));
        }
    }
}
