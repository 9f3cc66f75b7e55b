using StreamTrainer.Host.Commands;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>
/// Trains the runs of a sweep, some at once, each as a process of its own: what ends one ends no other. What is done is not done
/// again; what another process trains is waited for.
/// </summary>
/// <param name="plan">The sweep, published.</param>
/// <param name="options">How.</param>
/// <param name="display">Where it is shown.</param>
internal sealed class SweepRunner(SweepPlan plan, SweepRunOptions options, SweepDisplay display)
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Queue<PlannedCell> _queue = new();
    private readonly Queue<PlannedCell> _elsewhere = new();
    private readonly List<CellProcess> _alive = [];
    private Exception? _failure;

    /// <summary>Trains what is left; returns when nothing is, or when it was asked to stop and all have saved.</summary>
    /// <param name="cells">The cells, of those that the plan has.</param>
    /// <param name="stop">Asks to stop.</param>
    public void Run(IEnumerable<PlannedCell> cells, CancellationToken stop)
    {
        foreach (PlannedCell cell in cells)
        {
            _queue.Enqueue(cell);
        }

        display.Begin(_queue.Count);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using CancellationTokenRegistration asked = ended.Token.Register(() => Each(process => process.Stop()));
        Thread[] slots = [.. Enumerable.Range(0, options.Parallel).Select(slot => new Thread(() => Slot(slot, ended)) { Name = "sweep" })];
        Array.ForEach(slots, slot => slot.Start());
        Array.ForEach(slots, slot => slot.Join());
        if (_failure is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Ends all processes at once. Any thread.</summary>
    public void Kill() => Each(process => process.Kill());

    private void Slot(int slot, CancellationTokenSource ended)
    {
        try
        {
            while (!ended.IsCancellationRequested && Next() is { } cell)
            {
                Visit(cell, slot, ended.Token);
            }
        }
        catch (Exception error)
        {
            // A full disk and the like stops all: the other slots would come to the same.
            _failure ??= error;
            ended.Cancel();
        }
    }

    private PlannedCell? Next()
    {
        lock (_lock)
        {
            return _queue.TryDequeue(out PlannedCell? cell) || _elsewhere.TryDequeue(out cell) ? cell : null;
        }
    }

    private void Visit(PlannedCell cell, int slot, CancellationToken stop)
    {
        switch (CellStates.Of(plan.PathOf(cell)))
        {
            case (CellState.Completed, { } summary):
                display.Was(cell, summary);
                break;
            case (CellState.Failed, { } summary) when !options.RetryFailed:
                display.Failed(cell, summary.Error ?? "it failed before");
                break;
            case (CellState.Running, _):
                Elsewhere(cell, stop);
                break;
            default:
                Train(cell, slot, stop);
                break;
        }
    }

    // Its turn comes again when the others are through; a moment later, where there are no others.
    private void Elsewhere(PlannedCell cell, CancellationToken stop)
    {
        display.Elsewhere(cell);
        bool alone;
        lock (_lock)
        {
            alone = _queue.Count == 0;
            _elsewhere.Enqueue(cell);
        }

        if (alone)
        {
            stop.WaitHandle.WaitOne(s_look);
        }
    }

    private void Train(PlannedCell cell, int slot, CancellationToken stop)
    {
        RunDirectory run = Directory(cell);
        string? device = options.Devices.Count > 0 ? options.Devices[slot % options.Devices.Count] : null;
        using var process = new CellProcess(run, device);
        display.Started(cell, run);
        lock (_lock)
        {
            _alive.Add(process);
        }

        try
        {
            // The request may have come before there was a process to hear it.
            if (stop.IsCancellationRequested)
            {
                process.Stop();
            }

            while (!process.Wait(s_look))
            {
                display.Tick();
            }
        }
        finally
        {
            lock (_lock)
            {
                _alive.Remove(process);
            }
        }

        Ended(cell, run, process, stop);
    }

    private RunDirectory Directory(PlannedCell cell)
    {
        string path = plan.PathOf(cell);
        if (System.IO.Directory.Exists(path))
        {
            RunDirectory there = RunDirectory.Open(path);
            if (there.HasStarted || IsOf(there, cell.Recipe))
            {
                return there;
            }

            // Never begun, and by another recipe: the sweep's file was changed since.
            there.Remove();
        }

        try
        {
            return RunDirectory.Create(plan.Runs, cell.Id, cell.Recipe, Environment.GetCommandLineArgs(), cell.RecipePath);
        }
        catch (UserErrorException) when (System.IO.Directory.Exists(path))
        {
            // Another process made it in this moment; who trains it, the run's lock decides.
            return RunDirectory.Open(path);
        }
    }

    private static bool IsOf(RunDirectory run, Recipe recipe) => Recipes.RecipeDifference.Of(run.ReadRecipe(), recipe).Count == 0;

    private void Ended(PlannedCell cell, RunDirectory run, CellProcess process, CancellationToken stop)
    {
        (CellState state, RunSummary? summary) = CellStates.Of(run.Path);
        switch (state)
        {
            case CellState.Completed:
                display.Completed(cell, summary!);
                break;
            case CellState.Failed:
                display.Failed(cell, summary!.Error ?? ProcessEnd.Text(process.ExitCode, process.Errors));
                break;
            // Another process of another sweep or a resume by hand was faster.
            case CellState.Running:
                Elsewhere(cell, stop);
                break;
            case CellState.Stopped when summary!.State == RunState.Stopped || stop.IsCancellationRequested:
                display.Stopped(cell);
                break;
            case CellState.Waiting when stop.IsCancellationRequested:
                display.Stopped(cell);
                break;
            default:
                string reason = $"its process {ProcessEnd.Text(process.ExitCode, process.Errors)}";
                if (RunLock.IsInUse(run))
                {
                    Elsewhere(cell, stop);
                    break;
                }

                Condemn(run, cell, reason);
                display.Failed(cell, reason);
                break;
        }
    }

    // It told nothing at its end, and would be taken for one whose machine was switched off.
    private static void Condemn(RunDirectory run, PlannedCell cell, string reason)
    {
        using RunLock held = RunLock.Acquire(run);
        RunSummary summary = RunSummary.Begin(run, cell.Recipe, DateTime.UtcNow);
        RunSummary.Write(run, summary.Fail(reason, DateTime.UtcNow));
    }

    private void Each(Action<CellProcess> what)
    {
        CellProcess[] alive;
        lock (_lock)
        {
            alive = [.. _alive];
        }

        Array.ForEach(alive, what);
    }
}
