namespace StreamTrainer.Pipeline.Sources;

/// <summary>Another source under other class numbers.</summary>
/// <param name="inner">The other source; disposed with this one.</param>
/// <param name="classNames">The classes here.</param>
/// <param name="places">The number here of each class there.</param>
internal sealed class RelabelledSource(ISampleSource inner, IReadOnlyList<string> classNames, int[] places) : ISampleSource
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long Count => inner.Count;

    /// <inheritdoc/>
    public long Distinct => inner.Distinct;

    /// <inheritdoc/>
    public long OriginOf(long index) => inner.OriginOf(index);

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => classNames;

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
    public void Prefetch(long index) => inner.Prefetch(index);

    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count) => inner.PrefetchBlock(first, count);

    /// <inheritdoc/>
    public int LabelOf(long index) => places[inner.LabelOf(index)];

    /// <inheritdoc/>
    public string NameOf(long index) => inner.NameOf(index);

    /// <inheritdoc/>
    public string PathOf(long index) => inner.PathOf(index);

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample) => inner.Read(index, sample);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
