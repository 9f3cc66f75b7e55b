namespace StreamTrainer.Pipeline.Batching;

/// <summary>Lets some of the workers work and keeps the others out, between two groups: a worker that holds nothing may wait as
/// long as it must.</summary>
internal sealed class WorkerGate
{
    private readonly object _changed = new();
    private readonly int _most;
    private volatile int _active;
    private volatile bool _closed;

    /// <summary>A gate that is open for all.</summary>
    /// <param name="most">Workers there are.</param>
    public WorkerGate(int most) => (_most, _active) = (most, most);

    /// <summary>How many may work: those with the lowest numbers. Any thread.</summary>
    public int Active
    {
        get => _active;
        set
        {
            lock (_changed)
            {
                _active = Math.Clamp(value, 1, _most);
                Monitor.PulseAll(_changed);
            }
        }
    }

    /// <summary>Waits until the worker may work.</summary>
    /// <returns>False where the gate is closed.</returns>
    public bool Enter(int number)
    {
        if (number < _active)
        {
            return !_closed;
        }

        lock (_changed)
        {
            while (number >= _active && !_closed)
            {
                Monitor.Wait(_changed);
            }
        }

        return !_closed;
    }

    /// <summary>Lets all go: there is no more work.</summary>
    public void Close()
    {
        lock (_changed)
        {
            _closed = true;
            Monitor.PulseAll(_changed);
        }
    }
}
