namespace StreamTrainer.Host.Recipes;

/// <summary>The name that a mistyped one probably meant.</summary>
internal static class NearestName
{
    /// <summary>The candidate nearest to <paramref name="name"/>, upper and lower case alike; null where none is near
    /// (more than a third of the letters wrong, or more than one in short names).</summary>
    public static string? Of(string name, IEnumerable<string> candidates)
    {
        int allowed = Math.Max(1, (name.Length + 1) / 3);
        return candidates
            .Select(candidate => (Name: candidate, Distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(candidate => candidate.Distance <= allowed)
            .OrderBy(candidate => candidate.Distance).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
            .Select(candidate => candidate.Name)
            .FirstOrDefault();
    }

    /// <summary><see cref="Of"/> as a question to put into a message; empty where none is near.</summary>
    public static string Question(string name, IEnumerable<string> candidates) =>
        Of(name, candidates) is { } nearest ? $"; did you mean '{nearest}'?" : "";

    /// <summary>Damerau-Levenshtein distance, of adjacent transpositions (optimal string alignment): insertions, deletions,
    /// substitutions and swaps of neighbours that turn one into the other.</summary>
    internal static int Distance(string a, string b)
    {
        var table = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    table[i, j] = i + j;
                    continue;
                }

                int change = a[i - 1] == b[j - 1] ? 0 : 1;
                int best = Math.Min(table[i - 1, j - 1] + change, Math.Min(table[i - 1, j], table[i, j - 1]) + 1);
                bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                table[i, j] = swapped ? Math.Min(best, table[i - 2, j - 2] + 1) : best;
            }
        }

        return table[a.Length, b.Length];
    }
}
