using System.Globalization;
using System.Text.Json.Nodes;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>Values of a sweep as JSON: a number that is written in two ways is one value, so that cells can be told apart by theirs.</summary>
internal static class SweepJsonValue
{
    /// <summary>A value.</summary>
    public static JsonNode? Of(RecipeNode node) => node switch
    {
        ListNode list => new JsonArray([.. list.Items.Select(Of)]),
        MapNode map => new JsonObject(map.Entries.Select(entry => KeyValuePair.Create(entry.Key, Of(entry.Value)))),
        ScalarNode { IsNull: true } => null,
        ScalarNode { Plain: false, Text: var text } => JsonValue.Create(text),
        ScalarNode { Text: "true" or "True" or "TRUE" } => JsonValue.Create(true),
        ScalarNode { Text: "false" or "False" or "FALSE" } => JsonValue.Create(false),
        ScalarNode { Text: var text } => Number(text),
        _ => throw new ArgumentOutOfRangeException(nameof(node)),
    };

    /// <summary>A value as a person reads it.</summary>
    public static string Text(JsonNode? value) => value switch
    {
        null => "none",
        JsonValue single when single.TryGetValue(out string? text) => text,
        _ => value.ToJsonString(),
    };

    private static JsonValue Number(string text)
    {
        const NumberStyles Integer = NumberStyles.AllowLeadingSign;
        const NumberStyles Float = Integer | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        return long.TryParse(text, Integer, CultureInfo.InvariantCulture, out long whole) ? JsonValue.Create(whole)
            : !double.TryParse(text, Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number) ? JsonValue.Create(text)
            : number == Math.Truncate(number) && Math.Abs(number) < 1e15 ? JsonValue.Create((long)number)
            : JsonValue.Create(number);
    }
}
