using System.Globalization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>Numbers classes that are written beside samples: what is written as numbers keeps them, names are numbered in natural
/// order.</summary>
internal static class ClassNumbers
{
    /// <summary>More classes are no class numbers: an identifier was taken for one.</summary>
    public const int Most = 1_000_000;

    /// <summary>The class of each sample and the names of all.</summary>
    /// <param name="labels">What is written for each sample.</param>
    /// <param name="path">Where, for messages.</param>
    /// <exception cref="UserErrorException">Some are numbers and some are not, or a number is too large.</exception>
    public static (int[] Numbers, IReadOnlyList<string> Names, bool Numbered) Of(IReadOnlyList<string> labels, string path)
    {
        var numbers = new int[labels.Count];
        int numeric = 0, most = 0;
        string? text = null;
        for (int i = 0; i < numbers.Length; i++)
        {
            if (int.TryParse(labels[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                numeric++;
                most = Math.Max(most, numbers[i]);
            }
            else
            {
                text ??= labels[i];
            }
        }

        if (numeric == numbers.Length)
        {
            return most < Most
                ? (numbers, NumberNames(most + 1), true)
                : throw new UserErrorException($"{path}: class {most} is beyond {Most - 1}; name the column or the member that holds the class");
        }

        if (numeric > 0)
        {
            throw new UserErrorException($"{path}: {numeric} classes are numbers and others are not, as '{text}'; write all the same way");
        }

        string[] names = [.. labels.Distinct(StringComparer.Ordinal).Order(NaturalOrder.Instance)];
        Dictionary<string, int> places = names.Select((name, place) => (name, place)).ToDictionary(entry => entry.name, entry => entry.place, StringComparer.Ordinal);
        for (int i = 0; i < numbers.Length; i++)
        {
            numbers[i] = places[labels[i]];
        }

        return (numbers, names, false);
    }

    /// <summary>The names of so many classes that are numbers.</summary>
    public static IReadOnlyList<string> NumberNames(int count) =>
        [.. Enumerable.Range(0, count).Select(number => number.ToString(CultureInfo.InvariantCulture))];
}
