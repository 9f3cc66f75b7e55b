using System.Globalization;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>What a key goes through: a list, whose elements may be ranges of whole numbers as <c>0..99</c>, or such a range alone.</summary>
internal static partial class SweepValues
{
    /// <summary>How many runs a sweep may have: more is a slip of the finger.</summary>
    public const int Most = 10_000;

    /// <summary>The values of a key; none (and an error) where they cannot be read.</summary>
    public static IReadOnlyList<RecipeNode> Of(SweepSetting setting, RecipeErrors errors)
    {
        IReadOnlyList<RecipeNode> items = setting.Value switch
        {
            ListNode list => list.Items,
            ScalarNode { Plain: true, Text: var text } range when Range().IsMatch(text) => [range],
            _ => [],
        };
        if (items.Count == 0)
        {
            string found = setting.Value is ListNode ? "an empty list" : setting.Value.Found;
            errors.Add(setting.Value.Place, setting.Key, $"found {found}; allowed: a list of values, as [0.1, 0.2], or a range of whole numbers, as 0..9");
        }

        return [.. items.SelectMany(item => Expand(item, setting.Key, errors))];
    }

    private static IEnumerable<RecipeNode> Expand(RecipeNode item, string key, RecipeErrors errors)
    {
        if (item is not ScalarNode { Plain: true, Text: var text } scalar || Range().Match(text) is not { Success: true } match)
        {
            if (item is MapNode)
            {
                errors.Add(item.Place, key, "found a section; allowed: single values, or lists for a key that takes a list");
            }

            return [item];
        }

        if (!long.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long first)
            || !long.TryParse(match.Groups[2].ValueSpan, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long last)
            || last < first || (ulong)(last - first) >= Most)
        {
            errors.Add(item.Place, key, string.Create(CultureInfo.InvariantCulture, $"'{text}' is no range: it goes from a whole number up to another, and has at most {Most} of them"));
            return [];
        }

        return Enumerable.Range(0, (int)(last - first) + 1)
            .Select(index => scalar with { Text = (first + index).ToString(CultureInfo.InvariantCulture) });
    }

    [GeneratedRegex(@"^(-?[0-9]+)\.\.(-?[0-9]+)\z")]
    private static partial Regex Range();
}
