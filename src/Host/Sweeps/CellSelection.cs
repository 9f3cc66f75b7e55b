using System.Globalization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>Cells by their numbers: <c>0,4,8-11</c>, as Slurm writes arrays.</summary>
internal static class CellSelection
{
    /// <summary>The numbers that a text names.</summary>
    /// <param name="text">The text; null: all.</param>
    /// <param name="count">How many cells there are.</param>
    /// <exception cref="UserErrorException">It names none, or one that is not there.</exception>
    public static IReadOnlyList<int> Parse(string? text, int count)
    {
        if (text is null)
        {
            return [.. Enumerable.Range(0, count)];
        }

        SortedSet<int> cells = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !Number(ends[0], out int first) || !Number(ends[^1], out int last) || last < first)
            {
                throw new UserErrorException($"--cells: '{part}' is no cell; name them by their numbers, as 0,4,8-11");
            }

            if (last >= count)
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--cells: there is no cell {last}; the sweep has {count}, from 0 to {count - 1}"));
            }

            cells.UnionWith(Enumerable.Range(first, last - first + 1));
        }

        return [.. cells];
    }

    /// <summary>Numbers in ascending order as a text.</summary>
    public static string Text(IReadOnlyList<int> cells)
    {
        List<string> parts = [];
        for (int at = 0; at < cells.Count;)
        {
            int end = at;
            while (end + 1 < cells.Count && cells[end + 1] == cells[end] + 1)
            {
                end++;
            }

            parts.Add(end == at
                ? cells[at].ToString(CultureInfo.InvariantCulture)
                : string.Create(CultureInfo.InvariantCulture, $"{cells[at]}-{cells[end]}"));
            at = end + 1;
        }

        return string.Join(',', parts);
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
