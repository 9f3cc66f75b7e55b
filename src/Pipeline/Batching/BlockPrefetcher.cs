using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// Brings whole blocks of a source to this machine's memory, a request or a read or a few a block, where the order reads neighbours together
/// (<see cref="BlockShuffle"/>). A window needs all its blocks from its first samples on, so blocks are fetched one window ahead,
/// as evenly as the samples are dealt.
/// </summary>
/// <param name="plan">The plan, shuffled in blocks.</param>
/// <param name="source">The source.</param>
internal sealed class BlockPrefetcher(PipelinePlan plan, ISampleSource source) : IPrefetcher
{
    private readonly long _count = source.Count, _perEpoch = plan.BatchesPerEpoch(source.Count) * plan.Partition.StepSize;
    private readonly object _moved = new();
    private long _dealt = plan.StartBatch * plan.Partition.StepSize, _epoch = plan.StartEpoch, _place = -1;
    private BlockShuffle _blocks = plan.BlocksOf(source.Count, plan.StartEpoch);
    private bool _closed;

    /// <inheritdoc/>
    public void Dealt(int count)
    {
        lock (_moved)
        {
            // All ranks go on together.
            _dealt += (long)count * plan.WorldSize;
            Monitor.PulseAll(_moved);
        }
    }

    /// <inheritdoc/>
    public void Run()
    {
        while (Next() is { } block)
        {
            try
            {
                source.PrefetchBlock(block.First, block.Count);
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

    /// <summary>The next block that is due; null at the end.</summary>
    private (long First, long Count)? Next()
    {
        lock (_moved)
        {
            while (!_closed)
            {
                if (_place < 0)
                {
                    // In the middle of an epoch, from the window on that is being dealt.
                    _place = _blocks.FirstPlaceOf(_blocks.WindowOf(Math.Min(_count - 1, Shown(_dealt))));
                }
                else if (_place == _blocks.Blocks || _place == EndOf(Shown(_perEpoch)))
                {
                    // Repeated augmentation ends an epoch before its last windows.
                    if (_epoch + 1 >= plan.Epochs)
                    {
                        return null;
                    }

                    _blocks = plan.BlocksOf(_count, ++_epoch);
                    _place = 0;
                }

                if (Due() <= Shown(_dealt))
                {
                    return _blocks.BlockAt(_place++);
                }

                Monitor.Wait(_moved);
            }

            return null;
        }
    }

    /// <summary>The place behind the last block that the epoch's first so many samples lie in: all of their last window's.</summary>
    private long EndOf(long samples) => _blocks.FirstPlaceOf(_blocks.WindowOf(samples - 1) + 1);

    /// <summary>How many different samples have been shown after so many positions.</summary>
    private long Shown(long positions) => positions / Math.Max(1, plan.AugRepeats);

    /// <summary>How far the dealing must be before the next block is fetched: one window behind it.</summary>
    private long Due() => (_epoch - plan.StartEpoch) * Shown(_perEpoch) + _blocks.PositionOf(_place) - plan.Shuffle.Buffer;
}
