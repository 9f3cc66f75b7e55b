using System.Text.Json.Nodes;
using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>What a sweep gives one key.</summary>
/// <param name="Key">The recipe's key with its section, as <c>optimizer.lr</c>; or <see cref="RecipeKeyName"/> or <see cref="ModelKeyName"/>.</param>
/// <param name="Value">The value.</param>
/// <param name="KeyPlace">Where the key stands.</param>
internal sealed record SweepSetting(string Key, RecipeNode Value, Place KeyPlace)
{
    /// <summary>The key by which a cell takes another recipe: a path, seen from the sweep's folder.</summary>
    public const string RecipeKeyName = "recipe";

    /// <summary>The key by which a cell takes another model with its row of the recipe's table, as <c>--model</c> does.</summary>
    public const string ModelKeyName = "model";

    /// <summary>Whether it is a recipe's key, and not a name of another recipe or model.</summary>
    public bool IsRecipeKey => Key is not (RecipeKeyName or ModelKeyName);

    /// <summary>The recipe that holds this alone.</summary>
    public MapNode Overlay()
    {
        RecipeNode node = Value;
        foreach (string part in Key.Split('.').Reverse())
        {
            node = new MapNode([new MapEntry(part, KeyPlace, node)], KeyPlace);
        }

        return (MapNode)node;
    }

    /// <summary>The value as <c>sweep.json</c> has it.</summary>
    public JsonNode? Json() => SweepJsonValue.Of(Value);
}
