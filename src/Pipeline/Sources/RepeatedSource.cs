namespace StreamTrainer.Pipeline.Sources;

/// <summary>Another source several times over: a small set makes a longer epoch. Disposes of it.</summary>
internal sealed class RepeatedSource(ISampleSource inner, int times) : ISampleSource
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long Count => inner.Count * times;

    /// <inheritdoc/>
    public long Distinct => inner.Distinct;

    /// <inheritdoc/>
    public long OriginOf(long index) => inner.OriginOf(index % inner.Count);

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
    public void Prefetch(long index) => inner.Prefetch(index % inner.Count);

    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count)
    {
        while (count > 0)
        {
            long here = Math.Min(count, inner.Count - first % inner.Count);
            inner.PrefetchBlock(first % inner.Count, here);
            (first, count) = (first + here, count - here);
        }
    }

    /// <inheritdoc/>
    public int LabelOf(long index) => inner.LabelOf(index % inner.Count);

    /// <inheritdoc/>
    public string NameOf(long index) => inner.NameOf(index % inner.Count);

    /// <inheritdoc/>
    public string PathOf(long index) => inner.PathOf(index % inner.Count);

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample) => inner.Read(index % inner.Count, sample);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
