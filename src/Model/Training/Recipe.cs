using System.ComponentModel;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Averaging;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Losses;
using StreamTrainer.Model.Mixing;
using StreamTrainer.Model.Optimizers;
using StreamTrainer.Model.Schedules;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Model.Training;

/// <summary>
/// Everything that decides a run, typed and immutable; validated before anything starts. The keys of the YAML file are these
/// properties in camelCase, each section a record beside the code that it configures.
/// </summary>
public sealed record Recipe
{
    /// <summary>What the recipe is for, in a sentence.</summary>
    [Description("What the recipe is for, in a sentence.")]
    public string Description { get; init; } = "";

    /// <summary>The network.</summary>
    [Description("The network.")]
    public ModelOptions Model { get; init; } = new();

    /// <summary>Where samples come from.</summary>
    [Description("Where samples come from and how they flow.")]
    public DataOptions Data { get; init; } = new();

    /// <summary>The training transform.</summary>
    [Description("The training transform.")]
    public AugmentOptions Augment { get; init; } = new();

    /// <summary>The evaluation transform.</summary>
    [Description("The evaluation transform.")]
    public EvaluationOptions Eval { get; init; } = new();

    /// <summary>Mixup and cutmix.</summary>
    [Description("Mixup and cutmix.")]
    public MixOptions Mix { get; init; } = new();

    /// <summary>The loss.</summary>
    [Description("The loss.")]
    public LossOptions Loss { get; init; } = new();

    /// <summary>The optimizer.</summary>
    [Description("The optimizer.")]
    public OptimizerOptions Optimizer { get; init; } = new();

    /// <summary>The learning rate's schedule.</summary>
    [Description("The learning rate's schedule.")]
    public ScheduleOptions Schedule { get; init; } = new();

    /// <summary>The moving average of the weights.</summary>
    [Description("Moving average of the weights.")]
    public EmaOptions Ema { get; init; } = new();

    /// <summary>The mean of the weights at several epochs.</summary>
    [Description("Stochastic weight averaging: the mean of the weights at several epochs.")]
    public SwaOptions Swa { get; init; } = new();

    /// <summary>The loop.</summary>
    [Description("The loop: epochs, batch, seed, device.")]
    public TrainOptions Train { get; init; } = new();

    /// <summary>Several processes.</summary>
    [Description("What the processes of a run on several devices do together.")]
    public DistributedOptions Distributed { get; init; } = new();

    /// <summary>What is done where the training goes wrong.</summary>
    [Description("What is done where the training goes wrong.")]
    public HealthOptions Health { get; init; } = new();

    /// <summary>When the state is saved.</summary>
    [Description("When the state is saved; the end of the run and a stop always save it.")]
    public CheckpointOptions Checkpoint { get; init; } = new();

    /// <summary>How often progress is recorded.</summary>
    [Description("How often progress is recorded.")]
    public LogOptions Log { get; init; } = new();
}
