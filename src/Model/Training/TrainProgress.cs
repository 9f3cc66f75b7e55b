using System.Text.Json.Serialization;

namespace StreamTrainer.Model.Training;

/// <summary>
/// What a run needs, besides tensors, to go on where it was: <c>state.json</c> of a checkpoint. Everything random is a pure
/// function of (seed, epoch, position), so no generator's state is in it.
/// </summary>
public sealed record TrainProgress
{
    /// <summary>Version of the checkpoint's layout.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version that the checkpoint was written in.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>Steps an epoch has; the place in the epoch is step modulo this.</summary>
    public long StepsPerEpoch { get; init; }

    /// <summary>How many samples the training set has: an epoch's order depends on it.</summary>
    public long TrainSamples { get; init; }

    /// <summary>The model's name.</summary>
    public string Model { get; init; } = "";

    /// <summary>The classes, in the order of the classifier.</summary>
    public IReadOnlyList<string> ClassNames { get; init; } = [];

    /// <summary>Compute threads; results are bit-identical only for the same number.</summary>
    public int Threads { get; init; }

    /// <summary>The arithmetic of the run so far, as <c>bf16</c>.</summary>
    public string Precision { get; init; } = "";

    /// <summary>The loss's scale, in fp16.</summary>
    public Precision.LossScale? LossScale { get; init; }

    /// <summary>Where the watch over the training is; none in checkpoints of earlier versions.</summary>
    public Health.HealthState? Health { get; init; }

    /// <summary>Steps of the run whose update was left out: fp16 overflowed, or the watch said so; null where neither can be.</summary>
    [JsonIgnore]
    public long? SkippedSteps => LossScale is null && Health is not { SkippedSteps: > 0 } ? null : (LossScale?.SkippedSteps ?? 0) + (Health?.SkippedSteps ?? 0);

    /// <summary>Models that are in the mean of weights (SWA).</summary>
    public long SwaModels { get; init; }

    /// <summary>How many of them it had when batch norm's statistics were last measured.</summary>
    public long SwaCalibrated { get; init; }

    /// <summary>Sum of the losses of the running epoch's steps.</summary>
    public double EpochLossSum { get; init; }

    /// <summary>How many steps <see cref="EpochLossSum"/> has.</summary>
    public long EpochLossSteps { get; init; }

    /// <summary>The last evaluation.</summary>
    public EvaluationResult? LastEvaluation { get; init; }

    /// <summary>The step after which <see cref="LastEvaluation"/> was made.</summary>
    public long? EvaluatedStep { get; init; }

    /// <summary>The best evaluation's top-1.</summary>
    public double? BestTop1 { get; init; }

    /// <summary>The step of the best evaluation.</summary>
    public long? BestStep { get; init; }

    /// <summary>The epoch, from 0.</summary>
    [JsonIgnore]
    public long Epoch => StepsPerEpoch == 0 ? 0 : Step / StepsPerEpoch;

    /// <summary>Steps done of that epoch.</summary>
    [JsonIgnore]
    public long StepInEpoch => StepsPerEpoch == 0 ? 0 : Step % StepsPerEpoch;
}
