using System.Diagnostics;
using System.Threading.Channels;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// A bounded channel between dedicated threads: full, it blocks who puts; empty, it blocks who takes. Waiting allocates nothing of our own: each thread brings its <see cref="StageWaiter"/>.
/// </summary>
internal sealed class StageQueue<T>(int capacity)
{
    private volatile bool _aborted;
    private int _takersWaiting;

    // A continuation is only the setting of an event: through the thread pool it would cost a switch more each time.
    private readonly Channel<T> _channel = Channel.CreateBounded<T>(new BoundedChannelOptions(capacity) { AllowSynchronousContinuations = true });

    /// <summary>How many there are now.</summary>
    public int Count => _channel.Reader.Count;

    /// <summary>How many threads wait for an item now.</summary>
    public int TakersWaiting => Volatile.Read(ref _takersWaiting);

    /// <summary>Puts an item, waiting for room.</summary>
    /// <returns>False where the queue is closed.</returns>
    public bool Put(T item, StageWaiter waiter, ref long waitTicks)
    {
        while (!_channel.Writer.TryWrite(item))
        {
            long start = Stopwatch.GetTimestamp();
            bool open = waiter.Wait(_channel.Writer.WaitToWriteAsync());
            waitTicks += Stopwatch.GetTimestamp() - start;
            if (!open)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Puts an item for which there is room by construction: more are never made than the queue holds.</summary>
    public void PutNow(T item) => _channel.Writer.TryWrite(item);

    /// <summary>Takes the next item, waiting for it.</summary>
    /// <returns>False where the queue is closed and empty.</returns>
    public bool Take(out T item, StageWaiter waiter, ref long waitTicks)
    {
        item = default!;
        while (!_aborted)
        {
            if (_channel.Reader.TryRead(out item!))
            {
                return true;
            }

            long start = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _takersWaiting);
            bool open = waiter.Wait(_channel.Reader.WaitToReadAsync());
            Interlocked.Decrement(ref _takersWaiting);
            waitTicks += Stopwatch.GetTimestamp() - start;
            if (!open)
            {
                return false;
            }
        }

        return false;
    }

    /// <summary>No more items; those that are there can still be taken. Who waits is woken.</summary>
    public void Close() => _channel.Writer.TryComplete();

    /// <summary>Nothing more goes in or out. Who waits is woken.</summary>
    public void Abort()
    {
        _aborted = true;
        _channel.Writer.TryComplete();
    }
}
