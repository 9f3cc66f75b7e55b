using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>Lets a dedicated thread wait for a channel without making a task of it. One thread's.</summary>
internal sealed class StageWaiter : IDisposable
{
    private readonly ManualResetEventSlim _done = new();
    private readonly Action _set;

    public StageWaiter() => _set = _done.Set;

    /// <summary>Blocks until the operation is complete.</summary>
    public bool Wait(ValueTask<bool> operation)
    {
        ValueTaskAwaiter<bool> awaiter = operation.GetAwaiter();
        if (!awaiter.IsCompleted)
        {
            _done.Reset();
            awaiter.UnsafeOnCompleted(_set);
            _done.Wait();
        }

        return awaiter.GetResult();
    }

    /// <inheritdoc/>
    public void Dispose() => _done.Dispose();
}
