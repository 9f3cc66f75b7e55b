namespace StreamTrainer.Pipeline.Sampling;

/// <summary>
/// Which rank has which positions of an epoch. A step takes the next <c>batchSize * worldSize</c> positions, so whatever the
/// number of ranks, a step sees the same samples. They are dealt to <c>groups</c> like cards, as timm deals them to its
/// processes, and a rank has whole neighbouring groups, or a part of one. Immutable: any thread.
/// </summary>
/// <param name="Rank">This rank, from 0.</param>
/// <param name="WorldSize">How many ranks there are.</param>
/// <param name="BatchSize">Samples of a rank's batch.</param>
/// <param name="Groups">How many groups the batch of all ranks has; it divides that batch.</param>
public readonly record struct RankPartition(int Rank, int WorldSize, int BatchSize, int Groups)
{
    /// <summary>Samples of a step over all ranks.</summary>
    public long StepSize => (long)BatchSize * WorldSize;

    /// <summary>The position in the epoch of a row of a batch.</summary>
    /// <param name="batch">The batch's number in the epoch.</param>
    /// <param name="row">The row of this rank's batch.</param>
    public long PositionOf(long batch, int row)
    {
        (long group, long item) = Math.DivRem((long)Rank * BatchSize + row, StepSize / Groups);
        return batch * StepSize + item * Groups + group;
    }

    /// <summary>The batch, the rank and the row that have a position of the epoch: <see cref="PositionOf"/> read backwards.</summary>
    public (long Batch, int Rank, int Row) RowOf(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        (long batch, long within) = Math.DivRem(position, StepSize);
        (long item, long group) = Math.DivRem(within, Groups);
        (long rank, long row) = Math.DivRem(group * (StepSize / Groups) + item, BatchSize);
        return (batch, (int)rank, (int)row);
    }
}
