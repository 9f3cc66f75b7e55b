using MessagePack;
using StreamTrainer.Model.Health;

namespace StreamTrainer.Model.Training;

/// <summary>Something that happened in a run. The event log keeps these as they are; readers skip kinds they do not know.</summary>
[Union(0, typeof(RunStarted))]
[Union(1, typeof(StepLogged))]
[Union(2, typeof(EpochFinished))]
[Union(3, typeof(Evaluated))]
[Union(4, typeof(CheckpointSaved))]
[Union(5, typeof(SampleRejected))]
[Union(6, typeof(RunFinished))]
[Union(7, typeof(HealthAlarm))]
public abstract record TrainingEvent
{
    /// <summary>When it happened, UTC.</summary>
    [Key("time")]
    public DateTime Time { get; init; }
}

/// <summary>The run starts, or starts again from a checkpoint.</summary>
[MessagePackObject]
public sealed record RunStarted : TrainingEvent
{
    /// <summary>The step that comes next, from 0; above 0 when resumed.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>Steps of the whole run.</summary>
    [Key("totalSteps")] public long TotalSteps { get; init; }

    /// <summary>Steps an epoch.</summary>
    [Key("stepsPerEpoch")] public long StepsPerEpoch { get; init; }

    /// <summary>Images in the training set.</summary>
    [Key("trainSamples")] public long TrainSamples { get; init; }

    /// <summary>Images in the validation set; 0: none.</summary>
    [Key("valSamples")] public long ValSamples { get; init; }

    /// <summary>Parameters of the model.</summary>
    [Key("parameters")] public long Parameters { get; init; }

    /// <summary>The model's name.</summary>
    [Key("model")] public string Model { get; init; } = "";

    /// <summary>Where it computes, as <c>cpu, 2 threads</c>.</summary>
    [Key("device")] public string Device { get; init; } = "";

    /// <summary>The arithmetic in use, as <c>bf16</c>.</summary>
    [Key("precision")] public string Precision { get; init; } = "";

    /// <summary>The weights that a fresh run starts from, and what becomes of their classifier; none: fresh weights, or resumed.</summary>
    [Key("from")] public string? From { get; init; }

    /// <summary>Processes that train together; 0 in logs of earlier versions.</summary>
    [Key("ranks")] public int Ranks { get; init; }
}

/// <summary>Progress at a step.</summary>
[MessagePackObject]
public sealed record StepLogged : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>The epoch, from 0.</summary>
    [Key("epoch")] public long Epoch { get; init; }

    /// <summary>Mean loss since the last record.</summary>
    [Key("loss")] public double Loss { get; init; }

    /// <summary>Loss of this step alone; null in logs of earlier versions.</summary>
    [Key("stepLoss")] public double? StepLoss { get; init; }

    /// <summary>Learning rate of the step.</summary>
    [Key("lr")] public double LearningRate { get; init; }

    /// <summary>Images a second since the last record.</summary>
    [Key("imagesPerSecond")] public double ImagesPerSecond { get; init; }

    /// <summary>Share of the time since the last record that the trainer waited for data.</summary>
    [Key("dataWaitShare")] public double DataWaitShare { get; init; }

    /// <summary>Expected seconds to the end of the run.</summary>
    [Key("secondsLeft")] public double SecondsLeft { get; init; }

    /// <summary>What the loss is multiplied by; only in fp16.</summary>
    [Key("lossScale")] public double? LossScale { get; init; }

    /// <summary>Steps of the run whose update was left out: fp16 overflowed, or the watch over the training said so.</summary>
    [Key("skippedSteps")] public long? SkippedSteps { get; init; }
}

/// <summary>An epoch's training is over.</summary>
[MessagePackObject]
public sealed record EpochFinished : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>The epoch, from 0.</summary>
    [Key("epoch")] public long Epoch { get; init; }

    /// <summary>Mean loss of the epoch, over all its steps.</summary>
    [Key("loss")] public double Loss { get; init; }
}

/// <summary>The model was evaluated on the validation set.</summary>
[MessagePackObject]
public sealed record Evaluated : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>The epoch, from 0.</summary>
    [Key("epoch")] public long Epoch { get; init; }

    /// <summary>Which weights: <c>model</c>, <c>ema</c> or <c>swa</c>.</summary>
    [Key("weights")] public string Weights { get; init; } = "model";

    /// <summary>Share of images whose class came first.</summary>
    [Key("top1")] public double Top1 { get; init; }

    /// <summary>Share of images whose class came among the first five.</summary>
    [Key("top5")] public double Top5 { get; init; }

    /// <summary>Mean cross-entropy.</summary>
    [Key("loss")] public double Loss { get; init; }

    /// <summary>Images counted; corrupt ones are not.</summary>
    [Key("samples")] public long Samples { get; init; }
}

/// <summary>A checkpoint is complete on disk.</summary>
[MessagePackObject]
public sealed record CheckpointSaved : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>Its directory.</summary>
    [Key("path")] public string Path { get; init; } = "";

    /// <summary>Seconds that training stood still for it.</summary>
    [Key("seconds")] public double Seconds { get; init; }
}

/// <summary>A sample cannot be used; another stands in its place.</summary>
[MessagePackObject]
public sealed record SampleRejected : TrainingEvent
{
    /// <summary>The sample's path.</summary>
    [Key("sample")] public string Sample { get; init; } = "";

    /// <summary>What is wrong with it.</summary>
    [Key("reason")] public string Reason { get; init; } = "";
}

/// <summary>Something is wrong with the training, and what is done about it. Of which samples the step was, so that it can be replayed.</summary>
[MessagePackObject]
public sealed record HealthAlarm : TrainingEvent
{
    /// <summary>The step, from 1: the one that is wrong, or after which the evaluation was.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>Its epoch, from 0.</summary>
    [Key("epoch")] public long Epoch { get; init; }

    /// <summary>What is wrong.</summary>
    [Key("kind")] public HealthKind Kind { get; init; }

    /// <summary>What is done about it.</summary>
    [Key("action")] public HealthAction Action { get; init; }

    /// <summary>The same in a sentence.</summary>
    [Key("message")] public string Message { get; init; } = "";

    /// <summary>The ranks where it is wrong; empty where it is so for all together.</summary>
    [Key("ranks")] public IReadOnlyList<int> Ranks { get; init; } = [];

    /// <summary>The step's loss; none where there is no step. It may be no number.</summary>
    [Key("loss")] public double? Loss { get; init; }

    /// <summary>The norm of the step's gradient, where it is known.</summary>
    [Key("gradientNorm")] public double? GradientNorm { get; init; }

    /// <summary>The norm's running mean before the step.</summary>
    [Key("meanNorm")] public double? MeanNorm { get; init; }

    /// <summary>Learning rate of the step.</summary>
    [Key("lr")] public double? LearningRate { get; init; }

    /// <summary>The first position of the epoch that the step has; the others follow it. None where it is not about one step.</summary>
    [Key("position")] public long? Position { get; init; }

    /// <summary>The samples of the step by their indices in the training set, over all ranks, by position; of very large steps the first
    /// ones.</summary>
    [Key("samples")] public IReadOnlyList<long> Samples { get; init; } = [];

    /// <summary>Their names.</summary>
    [Key("names")] public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The step that the run goes on after, where it rolls back.</summary>
    [Key("rolledBackTo")] public long? RolledBackTo { get; init; }

    /// <summary>What the schedule's rate is multiplied by from here on.</summary>
    [Key("rateFactor")] public double RateFactor { get; init; } = 1;
}

/// <summary>The run is over, for now or for good.</summary>
[MessagePackObject]
public sealed record RunFinished : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>How it ended.</summary>
    [Key("state")] public RunState State { get; init; }

    /// <summary>What went wrong, where something did.</summary>
    [Key("error")] public string? Error { get; init; }

    /// <summary>Where the time went: seconds by phase of the training thread; the sum is the wall time.</summary>
    [Key("seconds")] public IReadOnlyDictionary<string, double> Seconds { get; init; } = new Dictionary<string, double>();
}
