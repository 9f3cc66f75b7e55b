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

    /// <summary>The position in the epoch of a row of a batch. Of a group that several ranks share, a rank has as many samples of its
    /// head as of its tail, and its batch read backwards is each one's partner: what is mixed with the group read backwards.</summary>
    /// <param name="batch">The batch's number in the epoch.</param>
    /// <param name="row">The row of this rank's batch.</param>
    public long PositionOf(long batch, int row)
    {
        long size = StepSize / Groups;
        (long group, long item) = Math.DivRem((long)Rank * BatchSize + row, size);
        if (SharesGroups)
        {
            int half = BatchSize / 2;
            long head = item / BatchSize * half;
            item = row < half ? head + row : size - 1 - head - (BatchSize - 1 - row);
        }

        return batch * StepSize + item * Groups + group;
    }

    /// <summary>The batch, the rank and the row that have a position of the epoch: <see cref="PositionOf"/> read backwards.</summary>
    public (long Batch, int Rank, int Row) RowOf(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        long size = StepSize / Groups;
        (long batch, long within) = Math.DivRem(position, StepSize);
        (long item, long group) = Math.DivRem(within, Groups);
        if (SharesGroups)
        {
            int half = BatchSize / 2;
            bool tail = item >= size / 2;
            (long part, long place) = Math.DivRem(tail ? size - 1 - item : item, half);
            item = part * BatchSize + (tail ? BatchSize - 1 - place : place);
        }

        (long rank, long row) = Math.DivRem(group * size + item, BatchSize);
        return (batch, (int)rank, (int)row);
    }

    /// <summary>Whether a group lies on several ranks, in equal and even parts.</summary>
    private bool SharesGroups => StepSize / Groups is var size && size > BatchSize && size % BatchSize == 0 && BatchSize % 2 == 0;
}
