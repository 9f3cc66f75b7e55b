using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>Shows how a sweep goes: a line for each run that begins or ends, and one that says how far all are. Any thread.</summary>
/// <param name="error">Where.</param>
/// <param name="id">The sweep's name.</param>
/// <param name="quiet">Whether only failures are shown.</param>
internal sealed class SweepDisplay(TextWriter error, string id, bool quiet) : IDisposable
{
    private static readonly TimeSpan s_between = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly StatusLine _line = new(error, quiet, s_between);
    private readonly SortedDictionary<string, CellProgress> _running = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private int _all, _before, _completed, _failed;

    /// <summary>There are so many runs.</summary>
    public void Begin(int count) => _all = count;

    /// <summary>A run was done before.</summary>
    public void Was(PlannedCell cell, RunSummary summary)
    {
        lock (_lock)
        {
            _before++;
            Say($"{cell.Id} was done before: {Score(summary)}");
        }
    }

    /// <summary>A run begins, or goes on.</summary>
    public void Started(PlannedCell cell, RunDirectory run)
    {
        lock (_lock)
        {
            _running[cell.Id] = new CellProgress(run);
            Say($"{cell.Id}: {cell.Cell}");
        }
    }

    /// <summary>A run is done.</summary>
    public void Completed(PlannedCell cell, RunSummary summary) => End(cell, () =>
    {
        _completed++;
        Say($"{cell.Id} done: {Score(summary)} in {ProgressText.Duration(summary.WallSeconds)}");
    });

    /// <summary>A run ended by an error, now or before.</summary>
    public void Failed(PlannedCell cell, string why) => End(cell, () =>
    {
        _failed++;
        _line.Note($"error: {cell.Id} failed: {why}");
    });

    /// <summary>A run was asked to stop, and has saved.</summary>
    public void Stopped(PlannedCell cell) => End(cell, () => Say($"{cell.Id} stopped"));

    /// <summary>Another process trains a run.</summary>
    public void Elsewhere(PlannedCell cell) => End(cell, () =>
    {
        if (_told.Add(cell.Id))
        {
            Say($"{cell.Id} is in use by another process; waiting for it");
        }
    });

    /// <summary>Shows how far all are.</summary>
    public void Tick()
    {
        lock (_lock)
        {
            _line.Show(Text);
        }
    }

    /// <summary>Shows a line that stays, also where it is quiet.</summary>
    public void Note(string text) => _line.Note(text);

    /// <summary>Takes the changing line away.</summary>
    public void Dispose() => _line.Dispose();

    private string Text()
    {
        int ended = _before + _completed + _failed;
        string failed = _failed > 0 ? string.Create(CultureInfo.InvariantCulture, $", {_failed} failed") : "";
        string running = string.Join("; ", _running.Select(each => $"{each.Key[(each.Key.LastIndexOf('-') + 1)..]}{each.Value.Look()}"));
        double left = _completed > 0 ? Stopwatch.GetElapsedTime(_start).TotalSeconds * (_all - ended) / _completed : double.NaN;
        string rest = double.IsFinite(left) ? $"  all in about {ProgressText.Duration(left)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{id} {ended}/{_all}{failed}  {running}{rest}");
    }

    private static string Score(RunSummary summary) =>
        summary.Top1 is { } top1 ? string.Create(CultureInfo.InvariantCulture, $"top-1 {100 * top1:F2} %") : string.Create(CultureInfo.InvariantCulture, $"loss {summary.Loss:F4}");

    private void End(PlannedCell cell, Action tell)
    {
        lock (_lock)
        {
            _running.Remove(cell.Id);
            tell();
        }
    }

    private void Say(string text)
    {
        if (!quiet)
        {
            _line.Note(text);
        }
    }
}
