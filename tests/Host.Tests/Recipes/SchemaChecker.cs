using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Tests.Recipes;

/// <summary>Checks a recipe's nodes by its JSON Schema: the few words of the language that the schema uses, and no others.</summary>
internal static class SchemaChecker
{
    /// <summary>What the schema finds wrong; empty where nothing is.</summary>
    public static IEnumerable<string> Faults(JsonElement schema, RecipeNode node, string path = "")
    {
        foreach (JsonProperty word in schema.EnumerateObject())
        {
            foreach (string fault in Faults(schema, word, node, path))
            {
                yield return $"{path}: {fault}";
            }
        }
    }

    private static IEnumerable<string> Faults(JsonElement schema, JsonProperty word, RecipeNode node, string path)
    {
        JsonElement argument = word.Value;
        return word.Name switch
        {
            "$schema" or "title" or "description" or "default" => [],
            "type" => Check(Types(argument).Any(type => IsOf(type, node)), $"is not of type {argument}"),
            "enum" => Check(argument.EnumerateArray().Any(value => value.ValueKind == JsonValueKind.Null ? IsOf("null", node) : (node as ScalarNode)?.Text == value.GetString()), $"is not in {argument}"),
            "minimum" => Check(!IsOf("number", node) || Number(node) >= argument.GetDouble(), $"is below {argument}"),
            "maximum" => Check(!IsOf("number", node) || Number(node) <= argument.GetDouble(), $"is above {argument}"),
            "pattern" => Check(!IsOf("string", node) || Regex.IsMatch(((ScalarNode)node).Text, argument.GetString()!), $"does not match {argument}"),
            "minLength" => Check(node is not ScalarNode { Plain: false, Text: "" }, "is empty"),
            "minItems" => Check(node is not ListNode list || list.Items.Count >= argument.GetInt32(), "has too few items"),
            "maxItems" => Check(node is not ListNode list || list.Items.Count <= argument.GetInt32(), "has too many items"),
            "items" => node is ListNode list ? list.Items.SelectMany(item => Faults(argument, item, path + "[]")) : [],
            "anyOf" => Check(argument.EnumerateArray().Any(option => !Faults(option, node, path).Any()), "is none of the choices"),
            "additionalProperties" => node is MapNode map
                ? map.Entries.Where(entry => !schema.GetProperty("properties").TryGetProperty(entry.Key, out _)).Select(entry => $"has {entry.Key}")
                : [],
            "properties" => node is MapNode map
                ? map.Entries.Where(entry => argument.TryGetProperty(entry.Key, out _)).SelectMany(entry => Faults(argument.GetProperty(entry.Key), entry.Value, $"{path}.{entry.Key}"))
                : [],
            _ => throw new NotSupportedException($"the schema says {word.Name}"),
        };
    }

    private static string[] Check(bool holds, string fault) => holds ? [] : [fault];

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(item => item.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, RecipeNode node) => (type, node) switch
    {
        ("object", MapNode) or ("array", ListNode) => true,
        ("null", ScalarNode scalar) => scalar.IsNull,
        ("boolean", ScalarNode scalar) => scalar is { Plain: true, Text: "true" or "false" },
        ("integer", ScalarNode scalar) => scalar.Plain && Regex.IsMatch(scalar.Text, "^[-+]?[0-9]+$"),
        ("number", ScalarNode scalar) => scalar.Plain && Regex.IsMatch(scalar.Text, @"^[-+]?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?$"),
        ("string", ScalarNode scalar) => !scalar.IsNull && !IsOf("number", node) && !IsOf("boolean", node),
        _ => false,
    };

    private static double Number(RecipeNode node) => double.Parse(((ScalarNode)node).Text, System.Globalization.CultureInfo.InvariantCulture);
}
