using MessagePack;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>
/// A figure over a run of any length in bounded memory: buckets of so many records each; where there are too many buckets, two by two
/// become one and a bucket has twice as many records. Least and largest values are kept exactly.
/// </summary>
[MessagePackObject]
public sealed class FigureSeries
{
    /// <summary>Most buckets: twice as many as a wide screen has columns.</summary>
    public const int Most = 8192;

    /// <summary>The buckets, in order.</summary>
    [Key(0)] public List<SeriesBucket> Buckets { get; set; } = [];

    /// <summary>Records of a full bucket.</summary>
    [Key(1)] public long Width { get; set; } = 1;

    /// <summary>Adds a record behind the others.</summary>
    public void Add(in SeriesBucket record)
    {
        if (Buckets.Count > 0 && Buckets[^1].Count < Width)
        {
            Buckets[^1] = Buckets[^1].With(record);
            return;
        }

        if (Buckets.Count == Most)
        {
            for (int i = 0; i < Most / 2; i++)
            {
                Buckets[i] = Buckets[2 * i].With(Buckets[2 * i + 1]);
            }

            Buckets.RemoveRange(Most / 2, Most / 2);
            Width *= 2;
        }

        Buckets.Add(record);
    }

    /// <summary>Forgets what came after a step: the run went on from there again.</summary>
    /// <returns>The place in the log from which the records up to the step are to be added again, because their bucket went; null where none went.</returns>
    public long? CutAfter(long step)
    {
        int kept = Buckets.Count;
        while (kept > 0 && Buckets[kept - 1].First > step)
        {
            kept--;
        }

        Buckets.RemoveRange(kept, Buckets.Count - kept);
        if (Buckets.Count == 0 || Buckets[^1].Last <= step)
        {
            return null;
        }

        long offset = Buckets[^1].Offset;
        Buckets.RemoveAt(Buckets.Count - 1);
        return offset;
    }
}
