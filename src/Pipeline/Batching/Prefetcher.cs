using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// Brings samples of a remote source to this machine before a reader asks for them. What comes when is a function, so the future is
/// known: threads walk the plan a fixed number of samples ahead of the dispatcher.
/// </summary>
/// <param name="plan">The plan.</param>
/// <param name="source">The source.</param>
/// <param name="orderOf">The order of an epoch.</param>
/// <param name="near">Samples this close to the dispatcher are the readers' own affair: they are being asked for already.</param>
/// <param name="ahead">How many samples ahead.</param>
internal sealed class Prefetcher(PipelinePlan plan, ISampleSource source, Func<long, EpochOrder> orderOf, int near, int ahead) : IPrefetcher
{
    private readonly long _batches = plan.BatchesPerEpoch(source.Count);
    private readonly object _moved = new();
    private long _dealt, _next;
    private bool _closed;

    // The order of the epoch that was asked for last. Which thread made it does not matter: it is a function.
    private volatile Made _made = new(-1, default);

    /// <inheritdoc/>
    public void Dealt(int count)
    {
        lock (_moved)
        {
            _dealt += count;
            Monitor.PulseAll(_moved);
        }
    }

    /// <inheritdoc/>
    public void Run()
    {
        while (TryNext(out long number) && IndexOf(number) is { } index)
        {
            try
            {
                if (index != SampleGroup.Padding)
                {
                    source.Prefetch(index);
                }
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or UserErrorException)
            {
                // The reader will meet it too, and knows what to do.
            }
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        lock (_moved)
        {
            _closed = true;
            Monitor.PulseAll(_moved);
        }
    }

    private bool TryNext(out long number)
    {
        lock (_moved)
        {
            _next = Math.Max(_next, _dealt + near);
            number = _next++;
            while (!_closed && number >= _dealt + ahead)
            {
                Monitor.Wait(_moved);
            }

            return !_closed;
        }
    }

    /// <summary>The sample that the plan has as its <paramref name="number"/>th on this rank; null behind the plan's end.</summary>
    private long? IndexOf(long number)
    {
        // Only an evaluation's last batch is shorter, and it has one epoch.
        (long batches, long row) = Math.DivRem(number, plan.BatchSize);
        (long epochs, long batch) = Math.DivRem(plan.StartBatch + batches, _batches);
        long epoch = plan.StartEpoch + epochs;
        if (epoch >= plan.Epochs || row >= plan.RowsOf(batch, source.Count))
        {
            return null;
        }

        Made made = _made;
        if (made.Epoch != epoch)
        {
            _made = made = new Made(epoch, orderOf(epoch));
        }

        long position = plan.Partition.PositionOf(batch, (int)row);
        return plan.Evaluation && position >= source.Count ? SampleGroup.Padding : made.Order[position];
    }

    private sealed record Made(long Epoch, EpochOrder Order);
}
