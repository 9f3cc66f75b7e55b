using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Distributed;

/// <summary>What several processes of a run do together, <c>distributed</c> in a recipe; nothing where there is one.</summary>
public sealed record DistributedOptions
{
    /// <summary>What becomes of running statistics.</summary>
    [Description("Before each evaluation and checkpoint of a run on several ranks: batch norm's running statistics become their mean over the ranks, rank 0's, or each rank keeps its own.")]
    public StatisticsUnion BatchNorm { get; init; } = StatisticsUnion.Reduce;

    /// <summary>Whether batch norm's statistics are taken over ranks.</summary>
    [Description("Take batch norm's statistics over all ranks that have parts of the same group (train.groupSize), as one process would; slower, each norm waits for the others.")]
    public bool SyncBatchNorm { get; init; }

    /// <summary>What gradients are sent as.</summary>
    [Description("What gradients are sent between ranks as; fp16 and bf16 are half the bytes, and the weights then follow those of one process only nearly.")]
    public GradientCompression Compression { get; init; } = GradientCompression.None;

    /// <summary>Whether gradients are sent during the backward pass.</summary>
    [Description("Send gradients as they become ready, while the backward pass still computes the others.")]
    public bool Overlap { get; init; } = true;

    /// <summary>Bytes of gradients that are sent at once.</summary>
    [Description("Megabytes of gradients that are sent at once."), Range(0.001, 4096.0)]
    public double BucketMegabytes { get; init; } = 4;
}
