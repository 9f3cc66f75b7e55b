using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// A few neighbouring samples of a batch on their way from a reader to a worker: one hand-over for all of them. Its memory is
/// used again; it belongs to whoever took it out of a queue.
/// </summary>
internal sealed class SampleGroup : IDisposable
{
    /// <summary>The index of a row that is no sample.</summary>
    public const long Padding = -1;

    public SampleGroup(int capacity)
    {
        Samples = new EncodedSample[capacity];
        Indices = new long[capacity];
        Positions = new long[capacity];
        Errors = new string?[capacity];
        for (int i = 0; i < capacity; i++)
        {
            Samples[i] = new EncodedSample();
        }
    }

    /// <summary>The slot that the samples go to.</summary>
    public RingSlot? Slot { get; set; }

    /// <summary>The first sample's place in the batch.</summary>
    public int First { get; set; }

    /// <summary>How many samples.</summary>
    public int Count { get; set; }

    /// <summary>Their bytes.</summary>
    public EncodedSample[] Samples { get; }

    /// <summary>Their indices in the source; <see cref="Padding"/> where there is none.</summary>
    public long[] Indices { get; }

    /// <summary>Their positions in the epoch, over all ranks.</summary>
    public long[] Positions { get; }

    /// <summary>Why a sample could not be read; none where it was.</summary>
    public string?[] Errors { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EncodedSample sample in Samples)
        {
            sample.Dispose();
        }
    }
}
