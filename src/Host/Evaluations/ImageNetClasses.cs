using System.Globalization;
using System.Text.RegularExpressions;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Evaluations;

/// <summary>ImageNet's classes by their usual numbers, 0 to 999: the places of the 1000 synsets (<c>n01440764</c>) in text order, which is
/// how training folders sort, and how ReaL's labels and ImageNet-V2's folders are numbered.</summary>
internal static partial class ImageNetClasses
{
    /// <summary>How many there are.</summary>
    public const int Count = 1000;

    /// <summary>The classifier's output of each number.</summary>
    /// <param name="classNames">The model's classes in the order of its outputs; none: nobody knows, they are taken for ImageNet's in their order.</param>
    /// <param name="outputs">How many classes the model tells apart.</param>
    /// <param name="set">The test set that asks, for the message.</param>
    /// <exception cref="UserErrorException">The model is not ImageNet's.</exception>
    public static IReadOnlyList<int> Outputs(IReadOnlyList<string>? classNames, int outputs, string set)
    {
        if (outputs != Count)
        {
            throw NotImageNet(string.Create(CultureInfo.InvariantCulture, $"this model tells {outputs} apart"), set);
        }

        if (classNames is null)
        {
            return [.. Enumerable.Range(0, Count)];
        }

        if (classNames.Count == Count && classNames.All(name => Synset().IsMatch(name)))
        {
            Dictionary<string, int> places = classNames.Select((name, place) => (name, place)).ToDictionary(entry => entry.name, entry => entry.place, StringComparer.Ordinal);
            return [.. classNames.Order(StringComparer.Ordinal).Select(name => places[name])];
        }

        // Names for people, as a hub gives them, and numbers stand in the usual order.
        bool numbers = classNames.Count == Count && classNames.Select((name, place) => name == place.ToString(CultureInfo.InvariantCulture)).All(same => same);
        return numbers
            ? [.. Enumerable.Range(0, Count)]
            : throw NotImageNet($"the classes of this model are called '{classNames[0]}' and the like", set);
    }

    private static UserErrorException NotImageNet(string why, string set) =>
        new($"--on {set}: its labels are ImageNet's 1000 classes, and {why}; score it with --on {TestSet.Val}");

    [GeneratedRegex("^n[0-9]{8}$")]
    private static partial Regex Synset();
}
