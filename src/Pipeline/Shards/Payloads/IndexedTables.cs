namespace StreamTrainer.Pipeline.Shards.Payloads;

/// <summary>
/// The sets of codes that a pack's indexed payloads share: learned from its images, so that no payload needs its own and no reader
/// makes tables for an image. Immutable; threads may share one, and whoever disposes of it does so after the last of them.
/// </summary>
internal sealed class IndexedTables : IDisposable
{
    /// <summary>Most sets of a shard.</summary>
    public const int MostSets = 16;

    private const int Rounds = 4;

    private readonly IndexedTableSet[] _sets;

    private IndexedTables(IndexedTableSet[] sets) => _sets = sets;

    /// <summary>How many sets there are.</summary>
    public int Count => _sets.Length;

    /// <summary>A set.</summary>
    public IndexedTableSet this[int number] => _sets[number];

    /// <summary>
    /// Learns sets from images: first images of about equal bits a block share one; then, some times over, each image goes to the
    /// set that takes the fewest bits for it, and each set is made anew from its images. Integers alone: the same everywhere.
    /// </summary>
    /// <param name="images">Each image's counts, in an order that does not change.</param>
    /// <param name="sets">How many sets there may be, 1 to 16.</param>
    public static IndexedTables Learn(IReadOnlyList<IndexedStatistics> images, int sets)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sets, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sets, MostSets);
        var all = new IndexedStatistics();
        foreach (IndexedStatistics image in images)
        {
            all.Add(image);
        }

        int[] choice = Begin(images, Math.Min(sets, Math.Max(images.Count, 1)));
        IndexedTableSet[] made = Make(images, all, choice);
        for (int round = 1; round < Rounds && made.Length > 1; round++)
        {
            for (int i = 0; i < images.Count; i++)
            {
                choice[i] = Best(made, images[i]);
            }

            made = Make(images, all, choice);
        }

        return new IndexedTables(made);
    }

    /// <summary>The set that takes the fewest bits for an image, the first of equals; -1 where none has all its symbols.</summary>
    public int Best(IndexedStatistics image) => Best(_sets, image);

    /// <summary>As bytes: how many sets, then each.</summary>
    public byte[] Write()
    {
        List<byte> bytes = [(byte)_sets.Length];
        foreach (IndexedTableSet set in _sets)
        {
            set.Write(bytes);
        }

        return [.. bytes];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IndexedTableSet set in _sets)
        {
            set.Dispose();
        }
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <returns>Null where the bytes are something else.</returns>
    public static IndexedTables? TryRead(ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || data[0] is < 1 or > MostSets)
        {
            return null;
        }

        var sets = new IndexedTableSet[data[0]];
        data = data[1..];
        for (int i = 0; i < sets.Length; i++)
        {
            if (IndexedTableSet.TryRead(ref data) is not { } set)
            {
                return null;
            }

            sets[i] = set;
        }

        return data.IsEmpty ? new IndexedTables(sets) : null;
    }

    private static int Best(IndexedTableSet[] sets, IndexedStatistics image)
    {
        int best = -1;
        long fewest = long.MaxValue;
        for (int i = 0; i < sets.Length; i++)
        {
            long bits = sets[i].BitsOf(image);
            if (bits < fewest)
            {
                best = i;
                fewest = bits;
            }
        }

        return best;
    }

    /// <summary>Equal shares of the images, in the order of coefficients a block.</summary>
    private static int[] Begin(IReadOnlyList<IndexedStatistics> images, int sets)
    {
        int[] order = [.. Enumerable.Range(0, images.Count).OrderBy(i => Fullness(images[i])).ThenBy(i => i)];
        var choice = new int[images.Count];
        for (int i = 0; i < order.Length; i++)
        {
            choice[order[i]] = (int)((long)i * sets / order.Length);
        }

        return choice;
    }

    private static long Fullness(IndexedStatistics image)
    {
        long blocks = 0, coefficients = 0;
        for (int t = 0; t < IndexedTable.Count; t++)
        {
            foreach (long count in image.Counts(t))
            {
                blocks += IndexedTable.IsDc(t) ? count : 0;
                coefficients += IndexedTable.IsDc(t) ? 0 : count;
            }
        }

        return blocks == 0 ? 0 : coefficients * 1024 / blocks;
    }

    /// <summary>A set for each choice that some image made; every symbol that any image has gets a code in each.</summary>
    private static IndexedTableSet[] Make(IReadOnlyList<IndexedStatistics> images, IndexedStatistics all, int[] choice)
    {
        var sums = new IndexedStatistics?[MostSets];
        for (int i = 0; i < images.Count; i++)
        {
            (sums[choice[i]] ??= new IndexedStatistics()).Add(images[i]);
        }

        var sets = new List<IndexedTableSet>();
        foreach (IndexedStatistics sum in sums.OfType<IndexedStatistics>().DefaultIfEmpty(new IndexedStatistics()))
        {
            sum.Admit(all);
            sets.Add(IndexedTableSet.Of(sum));
        }

        return [.. sets];
    }
}
