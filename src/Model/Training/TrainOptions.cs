using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using StreamTrainer.Model.Precision;
using StreamTrainer.Model.Weights;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Model.Training;

/// <summary>The loop, <c>train</c> in a recipe.</summary>
public sealed record TrainOptions
{
    /// <summary>Passes over the training set.</summary>
    [Description("Passes over the training set."), Range(1, 1_000_000)]
    public int Epochs { get; init; } = 1;

    /// <summary>Stop after so many steps, whatever the epochs say.</summary>
    [Description("Stop after so many steps, whatever epochs says; the schedule still follows epochs."), Range(1L, long.MaxValue)]
    public long? MaxSteps { get; init; }

    /// <summary>Images a step.</summary>
    [Description("Images in a step (one optimizer update)."), Range(1, 1_048_576)]
    public int BatchSize { get; init; } = 256;

    /// <summary>Images of a group.</summary>
    [Description("Images of a group: a step's batch is mixed group by group, one decision of mixup and cutmix each, and batch norm takes its statistics over a group where microBatchSize does not split it. 512 in A1 to A3, whose 2048 lay on 4 GPUs. Divides batchSize; a smaller batch is one group."), Range(1, 1_048_576), Auto("the batch")]
    public int? GroupSize { get; init; }

    /// <summary>Images of a forward pass.</summary>
    [Description("Images of one forward and backward pass; gradients of a step's passes are added up, so that a big batch fits a small device. Divides groupSize."), Range(1, 1_048_576), Auto("the group")]
    public int? MicroBatchSize { get; init; }

    /// <summary>Compute activations again instead of keeping them.</summary>
    [Description("Keep only the inputs of a network's stages for the backward pass and compute the rest again there: less memory, about a third more time.")]
    public bool CheckpointActivations { get; init; }

    /// <summary>The seed of everything.</summary>
    [Description("Seed of order, augmentation, weights and mixing."), Range(0L, long.MaxValue)]
    public long Seed { get; init; }

    /// <summary>Weights to start from.</summary>
    [Description("Weights to start from instead of fresh ones: a run, a file (safetensors or .pth) or a model of the hub (timm/resnet50.a1_in1k). Read once, at the start of a fresh run; what does not fit the network is an error, but for the classifier (train.head) and a transformer's positions for another size, which are resampled as timm does.")]
    public string? From { get; init; }

    /// <summary>What becomes of their classifier.</summary>
    [Description("The classifier of train.from: auto keeps it where the classes are the same (by name; by number where the weights do not name theirs) and begins with a fresh one else; keep, whatever the classes are called; fresh.")]
    public HeadChoice Head { get; init; } = HeadChoice.Auto;

    /// <summary>Train these parts alone.</summary>
    [Description("Train only these parts and leave the rest as it is, for fine-tuning: head (the classifier), norms (all of them), lastNorm (the last one before the classifier). What is left gets no gradient, decay or moments, its batch norm uses its running statistics and keeps them, and no drop path. []: everything.")]
    public IReadOnlyList<TrainedPart> Only { get; init; } = [];

    /// <summary>Arithmetic of forward and backward.</summary>
    [Description("Arithmetic of forward and backward; auto takes bf16 where the device computes it. fp16 scales the loss; tf32 is for CUDA.")]
    public PrecisionMode Precision { get; init; } = PrecisionMode.Auto;

    /// <summary>Where to compute.</summary>
    [Description("Where to compute: cpu, cuda, cuda:1 ..."), Auto("cuda where there is one, else cpu")]
    public string? Device { get; init; }

    /// <summary>Threads that compute on the CPU.</summary>
    [Description("Threads that compute, on the CPU; results are bit-identical only for the same number."), Range(1, 1024), Auto("as many as the cores this process may use")]
    public int? Threads { get; init; }
}
