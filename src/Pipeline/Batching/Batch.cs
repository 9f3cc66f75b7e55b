namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// One batch in its slot of the ring, as the trainer sees it: valid from <c>Take</c> until <see cref="Dispose"/>, which gives
/// the slot back. Used by one thread.
/// </summary>
public sealed unsafe class Batch : IDisposable
{
    private readonly Action<Batch> _release;

    internal Batch(BatchBuffer buffer, int capacity, Action<Batch> release)
    {
        Buffer = buffer;
        Capacity = capacity;
        Labels = new long[capacity];
        Indices = new long[capacity];
        _release = release;
    }

    /// <summary>The pixels, <c>[count, height, width, 3]</c>, 8-bit RGB.</summary>
    public BatchBuffer Buffer { get; }

    /// <summary>How many samples the slot has room for.</summary>
    public int Capacity { get; }

    /// <summary>How many samples are in it: less than <see cref="Capacity"/> only at the end of an evaluation.</summary>
    public int Count { get; internal set; }

    /// <summary>Size of the images.</summary>
    public Transforms.ImageSize ImageSize { get; internal set; }

    /// <summary>The epoch, from 0.</summary>
    public long Epoch { get; internal set; }

    /// <summary>The batch's number in its epoch, from 0.</summary>
    public long IndexInEpoch { get; internal set; }

    /// <summary>
    /// The samples' classes. -1 in an evaluation where the sample cannot be used, or is none (padding that makes the ranks'
    /// batches equally long): its pixels are zero and it is not to be counted.
    /// </summary>
    public long[] Labels { get; }

    /// <summary>The samples' indices in their source; -1 for padding.</summary>
    public long[] Indices { get; }

    /// <summary>What is still to be done to the samples after normalisation, on the device.</summary>
    public SampleAdjustments Adjustments { get; } = new();

    /// <summary>Gives the slot back to the ring.</summary>
    public void Dispose() => _release(this);
}
