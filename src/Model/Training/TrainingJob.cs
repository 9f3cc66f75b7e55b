using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Distributed;

namespace StreamTrainer.Model.Training;

/// <summary>What a <see cref="Trainer"/> is to do.</summary>
public sealed record TrainingJob
{
    /// <summary>The resolved recipe.</summary>
    public required Recipe Recipe { get; init; }

    /// <summary>Its data where they are open, to be disposed by who opened them; none: the trainer opens them.</summary>
    public TrainingData? Data { get; init; }

    /// <summary>Directory that holds the checkpoints, <c>step-00000123/</c> each.</summary>
    public required string CheckpointDirectory { get; init; }

    /// <summary>The checkpoint directory to go on from; none: from the start.</summary>
    public string? ResumeFrom { get; init; }

    /// <summary>The weights that a fresh run starts from; none: fresh ones.</summary>
    public InitialWeights? InitialWeights { get; init; }

    /// <summary>Looks into a step, with which the training then ends; nothing is saved or scored meanwhile. None: it goes to its end.</summary>
    public StepProbe? Probe { get; init; }

    /// <summary>What the schedule's rate is multiplied by at a step, from 0; null: as the checkpoint says, 1 from the start.</summary>
    public Func<long, double>? RateFactor { get; init; }

    /// <summary>The processes that train together; not disposed of.</summary>
    public IRanks Ranks { get; init; } = OneRank.Instance;

    /// <summary>Where the log goes.</summary>
    public required ILogger Logger { get; init; }
}
