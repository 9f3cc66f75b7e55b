using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>What is not done, or cannot be read: each run by its name, with the reason and what to do. So nothing is left out unsaid.</summary>
internal static class UnfinishedSection
{
    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, int level)
    {
        RunRecord[] runs = [.. study.Collection.Runs.Where(run => run.Standing != RunStanding.NoRun)];
        int complete = runs.Count(run => run.Standing == RunStanding.Completed);
        ReportRow[] rows = [.. study.Collection.Runs.Where(run => run.Standing != RunStanding.Completed || run.Reason.Length > 0 || run.Notes.Count > 0).Select(Row)];
        if (rows.Length == 0)
        {
            return new ReportSection("", [], level);
        }

        string[] counts = [.. study.Collection.Runs.GroupBy(run => run.Standing).Where(group => group.Key != RunStanding.Completed)
            .OrderBy(group => group.Key).Select(group => $"{group.Count()} {Words(group.Key)}")];
        string rest = counts.Length == 0 ? "; of some, something cannot be read" : $"; {string.Join(", ", counts)}";
        return new ReportSection("Not in the figures", [
            new ReportText($"{complete} of {Counted.Of(runs.Length, "run")} {(complete == 1 ? "is" : "are")} complete{rest}. Only complete runs enter the statistics."),
            new ReportTable(study.Id("unfinished"), "What is not complete, or not whole",
                [new("run", IsText: true), new("state", IsText: true), new("epochs"), new("what is known, and what to do", IsText: true, IsLong: true)], rows)
        ], level);
    }

    /// <summary>A standing in words.</summary>
    public static string Words(RunStanding standing) => standing switch
    {
        RunStanding.NotBegun => "not begun",
        RunStanding.NoRun => "no run",
        _ => standing.ToString().ToLowerInvariant(),
    };

    private static ReportRow Row(RunRecord run)
    {
        string[] what = [.. new[] { run.Reason }.Concat(run.Notes).Where(text => text.Length > 0)];
        return new ReportRow(
        [
            ReportCell.Of(run.Id), ReportCell.Of(Words(run.Standing)), run.Standing is RunStanding.Missing or RunStanding.NoRun ? ReportCell.Empty : ReportCell.Of(run.Epochs, run.Epochs % 1 == 0 ? 0 : 1),
            ReportCell.Of(string.Join("; ", what)),
        ], RowKind.Wrong);
    }
}
