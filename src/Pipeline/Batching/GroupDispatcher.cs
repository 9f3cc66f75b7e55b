using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// Deals out groups of samples in the plan's order, across batches and epochs without a pause. Readers take turns; the one
/// that begins a batch waits for its slot, and the others for it.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="count">Samples of the source.</param>
/// <param name="ring">Where batches are begun.</param>
/// <param name="groupSize">Samples of a group at most.</param>
/// <param name="orderOf">The order of an epoch.</param>
/// <param name="prefetcher">Who is to know how far it got; null: nobody.</param>
internal sealed class GroupDispatcher(PipelinePlan plan, long count, BatchRing ring, int groupSize, Func<long, EpochOrder> orderOf, IPrefetcher? prefetcher = null)
{
    private readonly Lock _turn = new();
    private readonly long _batches = plan.BatchesPerEpoch(count);
    private readonly RankPartition _partition = plan.Partition;
    private long _epoch = plan.StartEpoch, _batch = plan.StartBatch;
    private EpochOrder _order;
    private bool _orderKnown;
    private RingSlot? _slot;
    private int _next;

    /// <summary>Fills in what the next group is; false at the end of the plan or where the ring is closed.</summary>
    public bool Next(SampleGroup group, StageWaiter waiter)
    {
        lock (_turn)
        {
            if (_slot is null && !BeginBatch(waiter))
            {
                return false;
            }

            Batch batch = _slot!.Batch;
            group.Slot = _slot;
            group.First = _next;
            group.Count = Math.Min(groupSize, batch.Count - _next);
            for (int i = 0; i < group.Count; i++)
            {
                long position = _partition.PositionOf(_batch, _next + i);
                group.Positions[i] = position;
                // Behind the end: a row that only makes the ranks' batches equally long.
                group.Indices[i] = plan.Evaluation && position >= count ? SampleGroup.Padding : _order[position];
                group.Errors[i] = null;
            }

            _slot.Dealt(group.Count);
            prefetcher?.Dealt(group.Count);
            _next += group.Count;
            if (_next == batch.Count)
            {
                EndBatch();
            }

            return true;
        }
    }

    private bool BeginBatch(StageWaiter waiter)
    {
        if (_epoch >= plan.Epochs)
        {
            ring.End();
            return false;
        }

        if (ring.Begin(waiter) is not { } slot)
        {
            return false;
        }

        if (!_orderKnown)
        {
            _order = orderOf(_epoch);
            _orderKnown = true;
        }

        Batch batch = slot.Batch;
        batch.Epoch = _epoch;
        batch.IndexInEpoch = _batch;
        batch.ImageSize = plan.SizeAt(_epoch);
        batch.Count = plan.RowsOf(_batch, count);
        batch.Adjustments.Begin(plan.Augment, batch.ImageSize, batch.Capacity);
        slot.Expect(batch.Count);
        ring.Enqueue(slot);
        _slot = slot;
        _next = 0;
        return true;
    }

    private void EndBatch()
    {
        _slot = null;
        if (++_batch == _batches)
        {
            _batch = 0;
            _epoch++;
            _orderKnown = false;
        }
    }
}
