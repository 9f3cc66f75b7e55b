using System.Globalization;
using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>Every run, one by one.</summary>
internal static class RunsSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level) => new("All runs", [
        new ReportTable(study.Id("runs"), "Every run that was looked at",
        [
            new("run", IsText: true), new("recipe", IsText: true), new("seed"), new("state", IsText: true), new("epochs"), new("top-1 (%)"), new("best (%)"), new("top-5 (%)"), new("loss"),
            new("minutes"), new("images/s"), new("data wait (%)"), new("bad samples"), new("finished, UTC", IsText: true),
        ],
        [.. study.Collection.Runs.Select(run => Row(study, run))]).WithoutEmptyColumns()
    ], level);

    private static ReportRow Row(Study study, RunRecord run)
    {
        bool done = run.Standing == RunStanding.Completed;
        string label = study.Groups.Groups.FirstOrDefault(group => group.Runs.Contains(run))?.Label ?? "";
        return new ReportRow(
        [
            ReportCell.Of(run.Id), ReportCell.Of(study.Groups.Groups.Count > 1 ? label : ""), run.Seed is { } seed ? new ReportCell(seed.ToString(CultureInfo.InvariantCulture), seed) : ReportCell.Empty,
            ReportCell.Of(UnfinishedSection.Words(run.Standing)), run.Recipe is null ? ReportCell.Empty : ReportCell.Of(run.Epochs, run.Epochs % 1 == 0 ? 0 : 1),
            ReportCell.Of(100 * run.Summary?.Top1, 2), ReportCell.Of(100 * run.Summary?.BestTop1, 2), ReportCell.Of(100 * run.Summary?.Top5, 2), ReportCell.Of(run.Summary?.Loss, 4),
            ReportCell.Of(run.Summary is { WallSeconds: > 0 } ? run.Summary.WallSeconds / 60 : null, 1),
            ReportCell.Of(run.Summary is { ImagesPerSecond: > 0 } ? run.Summary.ImagesPerSecond : null, 0), ReportCell.Of(run.Summary is { ImagesPerSecond: > 0 } ? 100 * run.Summary.DataWaitShare : null, 1),
            run.Summary is { BadSamples: > 0 } ? ReportCell.Whole(run.Summary.BadSamples) : ReportCell.Empty,
            ReportCell.Of(run.Summary?.FinishedAt?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
        ], done ? RowKind.Ours : RowKind.Wrong);
    }
}
