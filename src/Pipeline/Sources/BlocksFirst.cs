namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Another source whose samples are read only once their block is brought: what is asked of a disk or a server does not depend on
/// whether readers, who have nothing else to do, are faster than who brings blocks.
/// </summary>
/// <param name="inner">The other source; not disposed with this one.</param>
/// <param name="size">Samples of a block; blocks lie at its multiples.</param>
internal sealed class BlocksFirst(ISampleSource inner, long size) : ISampleSource
{
    private readonly HashSet<long> _brought = [];
    private bool _free;

    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long Count => inner.Count;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => inner.ClassNames;

    /// <inheritdoc/>
    public string ContentVersion => inner.ContentVersion;

    /// <inheritdoc/>
    public int Readers => inner.Readers;

    /// <inheritdoc/>
    public ReadCounts Reads => inner.Reads;

    /// <inheritdoc/>
    public bool CanPrefetch => inner.CanPrefetch;

    /// <inheritdoc/>
    public bool CanPrefetchBlocks => inner.CanPrefetchBlocks;

    /// <inheritdoc/>
    public int LabelOf(long index) => inner.LabelOf(index);

    /// <inheritdoc/>
    public string NameOf(long index) => inner.NameOf(index);

    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count)
    {
        try
        {
            inner.PrefetchBlock(first, count);
        }
        finally
        {
            // What could not be brought is the reader's to tell.
            lock (_brought)
            {
                _brought.Add(first / size);
                Monitor.PulseAll(_brought);
            }
        }
    }

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample)
    {
        lock (_brought)
        {
            while (!_free && !_brought.Contains(index / size))
            {
                Monitor.Wait(_brought);
            }
        }

        inner.Read(index, sample);
    }

    /// <summary>Nobody brings blocks any more, so nobody waits for one.</summary>
    public void Free()
    {
        lock (_brought)
        {
            _free = true;
            Monitor.PulseAll(_brought);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Free();
}
