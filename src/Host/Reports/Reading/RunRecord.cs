using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>A run as a report sees it: whatever of it can be read, and how it stands.</summary>
/// <param name="Path">Its directory, as it was named.</param>
/// <param name="Standing">How it stands.</param>
/// <param name="Reason">Why, and what to do about it; empty where it is complete.</param>
internal sealed record RunRecord(string Path, RunStanding Standing, string Reason)
{
    /// <summary>Its name: the directory's.</summary>
    public string Id { get; } = System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>The resolved recipe.</summary>
    public Recipe? Recipe { get; init; }

    /// <summary>What it came to.</summary>
    public RunSummary? Summary { get; init; }

    /// <summary>What it ran with.</summary>
    public RunEnvironment? Environment { get; init; }

    /// <summary>Its event log.</summary>
    public RunCurves Curves { get; init; } = new();

    /// <summary>What was scored after its end.</summary>
    public IReadOnlyList<EvaluationRow> Evaluations { get; init; } = [];

    /// <summary>What of it cannot be read, though its figures can.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The seed.</summary>
    public long? Seed => Recipe?.Train.Seed;

    /// <summary>Top-1 on the validation set at the end, in percent; null where it is not complete or has none.</summary>
    public double? Top1 => Standing == RunStanding.Completed && Summary?.Top1 is { } share && double.IsFinite(share) ? 100 * share : null;

    /// <summary>Epochs done.</summary>
    public double Epochs => Standing == RunStanding.Running || Summary is not { Epochs: > 0 } summary ? Curves.Epochs : summary.Epochs;
}
