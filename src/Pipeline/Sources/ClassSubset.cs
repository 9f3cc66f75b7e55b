namespace StreamTrainer.Pipeline.Sources;

/// <summary>Keeps the samples of some classes of a set, as a set of these classes alone: so one set is two, one to train on before and
/// one to go on with.</summary>
internal static class ClassSubset
{
    /// <summary>Keeps them.</summary>
    /// <param name="source">The whole; disposed with the result.</param>
    /// <param name="names">The classes that are kept, in any order; they are numbered in the whole's.</param>
    /// <param name="location">What the user wrote, for messages.</param>
    /// <exception cref="UserErrorException">There is no such class, or no sample of these.</exception>
    public static ISampleSource Take(ISampleSource source, IReadOnlyList<string> names, string location)
    {
        HashSet<string> wanted = [.. names];
        string[] unknown = [.. wanted.Except(source.ClassNames, StringComparer.Ordinal)];
        if (unknown.Length > 0)
        {
            string some = string.Join(", ", source.ClassNames.Take(10).Select(name => $"'{name}'"));
            source.Dispose();
            throw new UserErrorException($"{location}: classes: there is no class '{unknown[0]}'; classes are {some}{(source.ClassNames.Count > 10 ? " ..." : "")}");
        }

        string[] kept = [.. source.ClassNames.Where(wanted.Contains)];
        int[] places = [.. source.ClassNames.Select(name => Array.IndexOf(kept, name))];
        var indices = new List<long>();
        for (long i = 0; i < source.Count; i++)
        {
            if (places[source.LabelOf(i)] >= 0)
            {
                indices.Add(i);
            }
        }

        return new SubsetSource(source, [.. indices], (kept, places));
    }
}
