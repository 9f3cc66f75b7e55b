using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>What it took and what it gave, a line a recipe: the paper's Table 1.</summary>
internal static class ResourcesSection
{
    private const double MinutesBelowHours = 2;

    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level)
    {
        if (study.Scored.Count == 0)
        {
            return new ReportSection("", [], level);
        }

        IReadOnlyList<string> sets = TestScores.Sets(study.ScoredRuns);
        bool minutes = study.ScoredRuns.Max(run => run.Summary!.WallSeconds) < MinutesBelowHours * 3600;
        return new ReportSection("What it took, and what it gave", [
            new ReportTable(study.Id("resources"), "Resources and scores: means over a recipe's runs",
            [
                new("recipe", IsText: true), new("model", IsText: true), new("epochs"), new("train px"), new("test px"), new("batch"), new("device", IsText: true), new("arithmetic", IsText: true),
                new("runs"), new(minutes ? "minutes a run" : "hours a run"), new("peak memory (MB)"), new("images/s"), .. sets.Select(set => new ReportColumn($"{TestScores.Title(set)} top-1 (%)")),
            ],
            [.. study.Scored.Select(group => Row(study, group, sets, minutes ? 60 : 3600))])
            {
                Note = "Time is that of all processes of a run, evaluation and checkpoints in it. Peak memory: of the process on a CPU, on a GPU what the driver has given away; from runs that recorded it.",
            }.WithoutEmptyColumns().WithCommon("model", "epochs", "train px", "test px", "batch", "device", "arithmetic", "runs")
        ], level);
    }

    private static ReportRow Row(Study study, RunGroup group, IReadOnlyList<string> sets, double unit)
    {
        IReadOnlyList<RunRecord> runs = group.Scored;
        var recipe = runs[0].Recipe!;
        return new ReportRow(
        [
            ReportCell.Of(group.Label), ReportCell.Of(study.Groups.Groups.Count > 1 || group.Label != recipe.Model.Name ? recipe.Model.Name : ""),
            ReportCell.Of(Means.Of(group, run => run.Epochs), runs.All(run => run.Epochs % 1 == 0) ? 0 : 1), ReportCell.Whole(recipe.Augment.Size), ReportCell.Whole(recipe.Eval.Size), ReportCell.Whole(recipe.Train.BatchSize),
            ReportCell.Of(Means.Same(group, run => run.Curves.Started?.Device)), ReportCell.Of(Means.Same(group, run => run.Curves.Started?.Precision)), ReportCell.Whole(runs.Count),
            ReportCell.Of(Means.Of(group, run => run.Summary!.WallSeconds) / unit, 1), ReportCell.Of(Means.Of(group, run => run.Summary!.PeakMemoryBytes / 1e6), 0), ReportCell.Of(Means.Of(group, run => run.Summary!.ImagesPerSecond), 0),
            .. sets.Select(set => ReportCell.Of(Means.Of(group, run => TestScores.Of(run, set)), 2)),
        ]);
    }
}
