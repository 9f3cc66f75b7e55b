namespace StreamTrainer.Pipeline.Sources;

/// <summary>Some samples of another source, under its classes or some of them.</summary>
/// <param name="inner">The other source; disposed with this one.</param>
/// <param name="indices">Which of its samples, in order.</param>
/// <param name="classes">The classes' names and the number of each class of the other source among them; none: they are the same.</param>
internal sealed class SubsetSource(ISampleSource inner, long[] indices, (IReadOnlyList<string> Names, int[] Places)? classes = null) : ISampleSource
{
    /// <inheritdoc/>
    public string Name => inner.Name;

    /// <inheritdoc/>
    public long Count => indices.Length;

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => classes?.Names ?? inner.ClassNames;

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
    public void Prefetch(long index) => inner.Prefetch(indices[index]);

    /// <summary>Neighbours here are neighbours there, but for those that are left out: few of them are brought too, because two
    /// requests cost more; never more than are wanted.</summary>
    /// <inheritdoc/>
    public void PrefetchBlock(long first, long count)
    {
        long end = first + count;
        while (first < end)
        {
            long start = indices[first], next = first + 1;
            while (next < end && indices[next] > indices[next - 1] && indices[next] - start < 2 * (next + 1 - first))
            {
                next++;
            }

            inner.PrefetchBlock(start, indices[next - 1] + 1 - start);
            first = next;
        }
    }

    /// <inheritdoc/>
    public int LabelOf(long index) => classes is { } some ? some.Places[inner.LabelOf(indices[index])] : inner.LabelOf(indices[index]);

    /// <inheritdoc/>
    public string NameOf(long index) => inner.NameOf(indices[index]);

    /// <inheritdoc/>
    public string PathOf(long index) => inner.PathOf(indices[index]);

    /// <inheritdoc/>
    public void Read(long index, EncodedSample sample) => inner.Read(indices[index], sample);

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
