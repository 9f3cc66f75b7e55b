using System.Collections.Immutable;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Service.Catalog;

/// <summary>What a run's directory says of it, at one moment. Whether the service queues it is another matter.</summary>
internal sealed record RunFacts
{
    /// <summary>The directory.</summary>
    public required RunDirectory Run { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public DateTime Created { get; init; }

    /// <summary>The model's name.</summary>
    public string Model { get; init; } = "";

    /// <summary>What the recipe says that it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The summary; null where no process ever came to it.</summary>
    public RunSummary? Summary { get; init; }

    /// <summary>The process of this machine that trains it; null: none.</summary>
    public RunLockOwner? Owner { get; init; }

    /// <summary>The other machine that writes to it right now; null: none.</summary>
    public string? OtherHost { get; init; }

    /// <summary>The last start; null: it never started.</summary>
    public RunStarted? Started { get; init; }

    /// <summary>The last record of progress since then; null: none yet.</summary>
    public StepLogged? Step { get; init; }

    /// <summary>The last evaluation; null: none yet.</summary>
    public EvaluationFacts? Evaluation { get; init; }

    /// <summary>Where the time of the last minutes went, the oldest first.</summary>
    public ImmutableQueue<TimesLogged> Times { get; init; } = [];

    /// <summary>Bytes of the event log that were seen.</summary>
    public long LogLength { get; init; }

    /// <summary>Whether some process trains it.</summary>
    public bool IsAlive => Owner is not null || OtherHost is not null;
}

/// <summary>An evaluation's figures.</summary>
/// <param name="Top1">Share of images whose class came first.</param>
/// <param name="Top5">Share of images whose class came among the first five.</param>
/// <param name="BestTop1">The best evaluation's, so far.</param>
internal sealed record EvaluationFacts(double? Top1, double? Top5, double? BestTop1);
