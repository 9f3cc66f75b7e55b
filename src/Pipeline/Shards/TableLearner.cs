using StreamTrainer.Pipeline.Shards.Payloads;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>
/// Learns the codes of <see cref="ShardPayload.Indexed"/>, before anything is packed: from all samples of a small source, else from
/// some spread evenly over it. So a pack is made in one pass, and all its files share the codes: those of a file of their own would
/// save a part of a percent, and a reader would need as many tables as files.
/// </summary>
internal static class TableLearner
{
    /// <summary>Samples that are looked at: more change sizes by less than a thousandth.</summary>
    private const int MostSamples = 2048;

    /// <summary>Sets of codes: each image takes the one that suits it.</summary>
    private const int Sets = 4;

    /// <summary>The codes, as the index has them.</summary>
    /// <exception cref="UserErrorException">The source cannot be read.</exception>
    public static byte[] Learn(ISampleSource source, PackOptions options, int workers, CancellationToken stop)
    {
        int count = (int)Math.Min(source.Count, MostSamples);
        var found = new IndexedStatistics?[count];
        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = stop },
                () => new SamplePacker(options, null),
                (i, _, packer) =>
                {
                    found[i] = packer.Count(source, i * source.Count / count);
                    return packer;
                },
                packer => packer.Dispose());
        }
        catch (AggregateException errors) when (errors.InnerExceptions.OfType<UserErrorException>().FirstOrDefault() is { } error)
        {
            throw error;
        }

        using IndexedTables tables = IndexedTables.Learn([.. found.OfType<IndexedStatistics>(), IndexedStatistics.Everything()], Sets);
        return tables.Write();
    }
}
