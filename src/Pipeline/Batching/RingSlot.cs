namespace StreamTrainer.Pipeline.Batching;

/// <summary>A slot of the ring and how far it is filled.</summary>
internal sealed class RingSlot : IDisposable
{
    private const int Free = 0, Made = 1, Taken = 2;

    private readonly ManualResetEventSlim _filled = new();
    private int _missing;
    // Where the missing samples are: not dealt yet, at the readers, on the way, at the workers.
    private int _undealt, _reading, _queued, _working;
    private int _state;

    public RingSlot(BatchBuffer buffer, int capacity, Action<RingSlot> release) =>
        Batch = new Batch(buffer, capacity, _ =>
        {
            // A batch given back twice would be in the ring twice; and by the second time it may be begun again, for others to fill.
            if (Interlocked.CompareExchange(ref _state, Free, Taken) == Taken)
            {
                release(this);
            }
        });

    /// <summary>The batch as the trainer sees it.</summary>
    public Batch Batch { get; }

    /// <summary>Whether all samples are there.</summary>
    public bool Filled => Volatile.Read(ref _missing) == 0;

    /// <summary>How many of its samples are not dealt to a reader yet. Any thread, like the three that follow: each is right by
    /// itself, all four need not be of the same moment.</summary>
    public int Undealt => Volatile.Read(ref _undealt);

    /// <summary>How many are being read.</summary>
    public int Reading => Volatile.Read(ref _reading);

    /// <summary>How many are read and wait for a worker.</summary>
    public int Queued => Volatile.Read(ref _queued);

    /// <summary>How many are with a worker.</summary>
    public int Working => Volatile.Read(ref _working);

    /// <summary>Whether the trainer has it.</summary>
    public bool Lent => Volatile.Read(ref _state) == Taken;

    /// <summary>Whether it is filled and waits for the trainer. Any thread.</summary>
    public bool Ready => Volatile.Read(ref _state) == Made && Filled;

    /// <summary>The slot is the trainer's now.</summary>
    public void Lend() => Volatile.Write(ref _state, Taken);

    /// <summary>The slot is to hold so many samples. Before any of them is written, by the thread that begins it.</summary>
    public void Expect(int count)
    {
        _filled.Reset();
        Volatile.Write(ref _undealt, count);
        Volatile.Write(ref _missing, count);
        Volatile.Write(ref _state, Made);
    }

    /// <summary>So many samples are dealt to a reader.</summary>
    public void Dealt(int count)
    {
        Interlocked.Add(ref _reading, count);
        Interlocked.Add(ref _undealt, -count);
    }

    /// <summary>So many samples are read. Any reader.</summary>
    public void Read(int count)
    {
        Interlocked.Add(ref _queued, count);
        Interlocked.Add(ref _reading, -count);
    }

    /// <summary>A worker has so many samples. Any worker.</summary>
    public void Begun(int count)
    {
        Interlocked.Add(ref _working, count);
        Interlocked.Add(ref _queued, -count);
    }

    /// <summary>So many samples are written. Any worker.</summary>
    public void Done(int count)
    {
        Interlocked.Add(ref _working, -count);
        if (Interlocked.Add(ref _missing, -count) == 0)
        {
            _filled.Set();
        }
    }

    /// <summary>Waits until the slot is filled or someone wakes it.</summary>
    /// <returns>False where neither happened in the time.</returns>
    public bool Wait(int milliseconds) => _filled.Wait(milliseconds);

    /// <summary>Ends the wait, filled or not.</summary>
    public void Wake() => _filled.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        Batch.Buffer.Dispose();
        _filled.Dispose();
    }
}
