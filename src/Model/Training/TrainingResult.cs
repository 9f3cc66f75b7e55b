using StreamTrainer.Pipeline.Diagnostics;

namespace StreamTrainer.Model.Training;

/// <summary>What a run came to; <c>summary.json</c> is written from it.</summary>
public sealed record TrainingResult
{
    /// <summary>How it ended.</summary>
    public required RunState State { get; init; }

    /// <summary>Steps done in all.</summary>
    public required long Steps { get; init; }

    /// <summary>Epochs done in all.</summary>
    public required double Epochs { get; init; }

    /// <summary>The last evaluation, as fractions; null where there was none.</summary>
    public double? Top1 { get; init; }

    /// <inheritdoc cref="Top1"/>
    public double? Top5 { get; init; }

    /// <summary>Loss of the last evaluation; of the last recorded steps where there was none.</summary>
    public double? Loss { get; init; }

    /// <summary>The best evaluation's top-1.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>Wall time of this process's part of the run.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>Training images a second of training time (evaluation and checkpoints left out).</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Share of the training time that the trainer waited for data.</summary>
    public required double DataWaitShare { get; init; }

    /// <summary>Samples that could not be used.</summary>
    public required long BadSamples { get; init; }

    /// <summary>Steps of the run whose update was left out: gradients overflowed fp16, or health's skip; null where there were none and fp16 is
    /// not used.</summary>
    public long? SkippedSteps { get; init; }

    /// <summary>How often something was wrong with the training (<c>health</c>), in this process.</summary>
    public long Alarms { get; init; }

    /// <summary>How often the run rolled back.</summary>
    public long RollBacks { get; init; }

    /// <summary>Where the time went: seconds by phase of the training thread, in order; the sum is the wall time.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Phases { get; init; }

    /// <summary>What the trainer waited for, stage by stage; null where it is not known.</summary>
    public StallReport? Stalls { get; init; }

    /// <summary>Samples that the training pipeline made ready, those ahead of the trainer included: what
    /// <see cref="Stages"/> was spent on.</summary>
    public long PipelineSamples { get; init; }

    /// <summary>What the pipeline's threads did meanwhile: seconds by stage, over all threads, in order.</summary>
    public required IReadOnlyList<KeyValuePair<string, double>> Stages { get; init; }
}
