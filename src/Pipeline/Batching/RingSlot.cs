namespace StreamTrainer.Pipeline.Batching;

/// <summary>A slot of the ring and how far it is filled.</summary>
internal sealed class RingSlot : IDisposable
{
    private readonly ManualResetEventSlim _filled = new();
    private int _missing;
    private int _lent;
    private volatile bool _taken;

    public RingSlot(BatchBuffer buffer, int capacity, Action<RingSlot> release) =>
        Batch = new Batch(buffer, capacity, _ =>
        {
            // A batch given back twice would be in the ring twice.
            if (Interlocked.Exchange(ref _lent, 0) == 1)
            {
                release(this);
            }
        });

    /// <summary>The batch as the trainer sees it.</summary>
    public Batch Batch { get; }

    /// <summary>Whether all samples are there.</summary>
    public bool Filled => Volatile.Read(ref _missing) == 0;

    /// <summary>Whether it is filled and waits for the trainer. Any thread.</summary>
    public bool Ready => Volatile.Read(ref _lent) == 1 && Filled && !_taken;

    /// <summary>The slot is the trainer's now.</summary>
    public void Taken() => _taken = true;

    /// <summary>The slot is to hold so many samples. Before any of them is written, by the thread that begins it.</summary>
    public void Expect(int count)
    {
        _filled.Reset();
        _taken = false;
        Volatile.Write(ref _missing, count);
        Volatile.Write(ref _lent, 1);
    }

    /// <summary>So many samples are written. Any worker.</summary>
    public void Done(int count)
    {
        if (Interlocked.Add(ref _missing, -count) == 0)
        {
            _filled.Set();
        }
    }

    /// <summary>Waits until the slot is filled or someone wakes it.</summary>
    public void Wait(CancellationToken token) => _filled.Wait(token);

    /// <summary>Ends the wait, filled or not.</summary>
    public void Wake() => _filled.Set();

    /// <inheritdoc/>
    public void Dispose()
    {
        Batch.Buffer.Dispose();
        _filled.Dispose();
    }
}
