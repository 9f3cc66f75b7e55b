using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>How a sweep's runs stand, by what lies in their directories.</summary>
internal static class CellStates
{
    /// <summary>A run's state, and its summary where there is one.</summary>
    /// <exception cref="UserErrorException">Something else lies there, or its summary is damaged.</exception>
    public static (CellState State, RunSummary? Summary) Of(string path)
    {
        if (!Directory.Exists(path))
        {
            return (CellState.Waiting, null);
        }

        RunDirectory run = RunDirectory.Open(path);
        RunSummary? summary = RunSummary.Read(run);
        CellState state = RunLock.LiveOwner(run) is not null ? CellState.Running : summary?.State switch
        {
            null => CellState.Waiting,
            RunState.Completed => CellState.Completed,
            RunState.Failed => CellState.Failed,
            // One that says it runs, without a live lock, was killed.
            _ => CellState.Stopped,
        };
        return (state, summary);
    }

    /// <summary>How a whole sweep stands.</summary>
    public static SweepReport Report(SweepPlan plan)
    {
        List<CellReport> cells = [];
        foreach (PlannedCell cell in plan.Cells)
        {
            (CellState state, RunSummary? summary) = Of(plan.PathOf(cell));
            var report = new CellReport(cell.Id, cell.Cell.Json(), state);
            cells.Add(summary is null ? report : report.With(summary));
        }

        int completed = cells.Count(cell => cell.State == CellState.Completed), failed = cells.Count(cell => cell.State == CellState.Failed);
        return new SweepReport(plan.Id, plan.Folder, completed, failed, cells.Count - completed - failed, cells);
    }
}
