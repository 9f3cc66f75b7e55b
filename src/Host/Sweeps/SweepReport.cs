using System.Text.Json.Nodes;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Sweeps;

/// <summary>How a sweep stands: what <c>sweep --json</c> prints.</summary>
/// <param name="Id">The sweep's name among the runs.</param>
/// <param name="Path">Its folder.</param>
/// <param name="Completed">How many runs are done.</param>
/// <param name="Failed">How many ended by an error.</param>
/// <param name="Left">How many are neither.</param>
/// <param name="Cells">All runs.</param>
public sealed record SweepReport(string Id, string Path, int Completed, int Failed, int Left, IReadOnlyList<CellReport> Cells);

/// <summary>How a run of a sweep stands.</summary>
/// <param name="Id">The run's name.</param>
/// <param name="Set">What it sets.</param>
/// <param name="State">How it stands.</param>
public sealed record CellReport(string Id, JsonObject Set, CellState State)
{
    /// <summary>The last evaluation's top-1; null where there was none.</summary>
    public double? Top1 { get; init; }

    /// <summary>The best evaluation's top-1.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Loss of the last evaluation.</summary>
    public double? Loss { get; init; }

    /// <summary>Epochs done.</summary>
    public double? Epochs { get; init; }

    /// <summary>Wall time of all its processes.</summary>
    public double? WallSeconds { get; init; }

    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>With what a run's summary says.</summary>
    public CellReport With(RunSummary summary)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return this with
        {
            Top1 = summary.Top1,
            BestTop1 = summary.BestTop1,
            Loss = summary.Loss is { } loss && double.IsFinite(loss) ? loss : null,
            Epochs = summary.Epochs,
            WallSeconds = summary.WallSeconds,
            Error = summary.Error,
        };
    }
}
