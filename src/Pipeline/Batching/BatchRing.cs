namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// The batches that are made ahead: a fixed number of slots, each free, being filled, or with the trainer. Batches come out in
/// the order in which their slots were begun, whichever is filled first.
/// </summary>
internal sealed class BatchRing : IDisposable
{
    private readonly RingSlot[] _slots;
    private readonly StageQueue<RingSlot> _free;
    private readonly Queue<RingSlot> _begun;
    private bool _ended;
    // Who waits here measures it himself: a reader's wait for its turn counts too.
    private long _unmeasured;
    private volatile bool _closed;

    /// <summary>A ring of so many slots.</summary>
    /// <param name="memory">Where their memory comes from.</param>
    /// <param name="slots">How many.</param>
    /// <param name="batchSize">Samples of a slot.</param>
    /// <param name="sampleBytes">Bytes of a sample.</param>
    public BatchRing(IBatchMemory memory, int slots, int batchSize, int sampleBytes)
    {
        _free = new StageQueue<RingSlot>(slots);
        _begun = new Queue<RingSlot>(slots);
        _slots = new RingSlot[slots];
        for (int i = 0; i < slots; i++)
        {
            _slots[i] = new RingSlot(memory.Allocate((long)batchSize * sampleBytes), batchSize, Release);
            _free.PutNow(_slots[i]);
        }
    }

    /// <summary>How many slots there are.</summary>
    public int Slots => _slots.Length;

    /// <summary>How many are filled and wait for the trainer.</summary>
    public int Ready => Count(slot => slot.Ready);

    /// <summary>How many the trainer has.</summary>
    public int Lent => Count(slot => slot.Lent);

    /// <summary>Begins the next batch: waits for a free slot. Callers must take turns.</summary>
    /// <returns>None where the ring is closed.</returns>
    public RingSlot? Begin(StageWaiter waiter) => _free.Take(out RingSlot slot, waiter, ref _unmeasured) ? slot : null;

    /// <summary>Puts a begun batch in the order.</summary>
    public void Enqueue(RingSlot slot)
    {
        lock (_begun)
        {
            _begun.Enqueue(slot);
            Monitor.Pulse(_begun);
        }

        // Closed between Begin and here: nobody will fill it, so nobody may wait for it.
        if (_closed)
        {
            slot.Wake();
        }
    }

    /// <summary>There will be no more batches; those begun still come.</summary>
    public void End()
    {
        lock (_begun)
        {
            _ended = true;
            Monitor.Pulse(_begun);
        }
    }

    /// <summary>The next batch in order, being filled perhaps; waits until it is begun.</summary>
    /// <param name="milliseconds">How long at most.</param>
    /// <param name="slot">The batch; null after <see cref="End"/> or <see cref="Close"/>.</param>
    /// <returns>False where nothing happened in the time.</returns>
    public bool Next(int milliseconds, out RingSlot? slot)
    {
        lock (_begun)
        {
            if (_begun.Count == 0 && !_ended && milliseconds > 0)
            {
                Monitor.Wait(_begun, milliseconds);
            }

            return _begun.TryDequeue(out slot) || _ended;
        }
    }

    /// <summary>Wakes everyone who waits for a slot or a batch.</summary>
    public void Close()
    {
        _closed = true;
        _free.Abort();
        End();
        foreach (RingSlot slot in _slots)
        {
            slot.Wake();
        }
    }

    /// <summary>Frees the memory; nobody may use a batch any more.</summary>
    public void Dispose()
    {
        foreach (RingSlot slot in _slots)
        {
            slot.Dispose();
        }
    }

    private int Count(Func<RingSlot, bool> which)
    {
        int count = 0;
        foreach (RingSlot slot in _slots)
        {
            count += which(slot) ? 1 : 0;
        }

        return count;
    }

    private void Release(RingSlot slot) => _free.PutNow(slot);
}
