using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Replay;

/// <summary>One row of a training batch, made again by itself.</summary>
public sealed record ReplayedSample
{
    /// <summary>Where the sample stands; its index is the one that the epoch's order says.</summary>
    public required SamplePlace Place { get; init; }

    /// <summary>The batch of the epoch, from 0.</summary>
    public required long Batch { get; init; }

    /// <summary>The rank whose batch it is.</summary>
    public required int Rank { get; init; }

    /// <summary>The row of the batch.</summary>
    public required int Row { get; init; }

    /// <summary>The index of the sample whose pixels these are: another than the place's where that one cannot be used.</summary>
    public required long Index { get; init; }

    /// <summary>The class of that sample.</summary>
    public required int Label { get; init; }

    /// <summary>The batch's bytes, <c>[height, width, 3]</c>, 8-bit RGB.</summary>
    public required byte[] Pixels { get; init; }

    /// <summary>What was drawn for them.</summary>
    public required TransformDraws Draws { get; init; }

    /// <summary>What was drawn to be done on the device, of one row.</summary>
    public required SampleAdjustments Adjustments { get; init; }

    /// <summary>The samples that cannot be used and for which <see cref="Index"/> stands in: the place's own, then stand-ins that were
    /// tried before.</summary>
    public required IReadOnlyList<BadSample> Bad { get; init; }
}
