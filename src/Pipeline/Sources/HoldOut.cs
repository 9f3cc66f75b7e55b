using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Splits a set in two that have no sample in common: one to train on, one to choose hyper-parameters by, so that the real
/// validation set is looked at once. The split depends on the set's size alone, so both sides always agree on it.
/// </summary>
internal static class HoldOut
{
    /// <summary>Keeps one side of the split.</summary>
    /// <param name="source">The whole; disposed with the result.</param>
    /// <param name="count">How many samples are held out.</param>
    /// <param name="heldOut">Whether those, or the others.</param>
    public static ISampleSource Take(ISampleSource source, long count, bool heldOut)
    {
        var keys = new ulong[source.Count];
        var indices = new long[source.Count];
        for (long i = 0; i < indices.Length; i++)
        {
            keys[i] = SplitMix.Mix((ulong)i);
            indices[i] = i;
        }

        Array.Sort(keys, indices);
        long[] part = heldOut ? indices[..(int)count] : indices[(int)count..];
        Array.Sort(part);
        return new SubsetSource(source, part);
    }
}
