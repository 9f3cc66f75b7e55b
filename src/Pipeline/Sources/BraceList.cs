using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Names of several files in one, as shells and WebDataset write them: <c>train-{000..146}.tar</c> is 147 names, numbered with as
/// many digits as are written; <c>{a,b}.tar</c> is two. Several braces multiply.
/// </summary>
internal static class BraceList
{
    /// <summary>More files are a mistake: a missing digit, or two ranges where one was meant.</summary>
    private const int Most = 100_000;

    /// <summary>Whether there is a list in a name.</summary>
    public static bool Is(string text)
    {
        int open = text.IndexOf('{', StringComparison.Ordinal);
        return open >= 0 && text.IndexOf('}', open) > open;
    }

    /// <summary>The names, in order.</summary>
    /// <exception cref="UserErrorException">What is in the braces is no list.</exception>
    public static IReadOnlyList<string> Expand(string text)
    {
        IReadOnlyList<string> names = [""];
        string rest = text;
        while (Is(rest))
        {
            int open = rest.IndexOf('{', StringComparison.Ordinal), close = rest.IndexOf('}', open);
            string[] items = Items(rest[(open + 1)..close], text);
            if ((long)names.Count * items.Length > Most)
            {
                throw new UserErrorException($"{text}: names more than {Most} files");
            }

            string before = rest[..open];
            names = [.. names.SelectMany(name => items.Select(item => name + before + item))];
            rest = rest[(close + 1)..];
        }

        return [.. names.Select(name => name + rest)];
    }

    private static string[] Items(string list, string text)
    {
        string[] ends = list.Split("..");
        if (ends.Length == 1 && list.Contains(','))
        {
            return list.Split(',');
        }

        if (ends.Length != 2 || !Number(ends[0], out int first) || !Number(ends[1], out int last) || last < first || last - first >= Most)
        {
            throw new UserErrorException($"{text}: '{{{list}}}' is no list; write {{000..146}} or {{a,b,c}}");
        }

        string format = $"D{ends[0].Length}";
        return [.. Enumerable.Range(first, last - first + 1).Select(number => number.ToString(format, CultureInfo.InvariantCulture))];
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
