using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>Keys of recipes as a sweep writes them: <c>optimizer.lr: …</c> and <c>optimizer: {lr: …}</c> are the same.</summary>
internal static class SweepKeys
{
    /// <summary>All keys of a section with what stands behind them.</summary>
    /// <param name="map">The section.</param>
    /// <param name="isValue">Whether a section is a value, and not more keys.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static List<SweepSetting> Flatten(MapNode map, Func<MapNode, bool> isValue, RecipeErrors errors)
    {
        List<SweepSetting> settings = [];
        Collect(map, "", isValue, settings, errors);
        return settings;
    }

    private static void Collect(MapNode map, string prefix, Func<MapNode, bool> isValue, List<SweepSetting> settings, RecipeErrors errors)
    {
        foreach (MapEntry entry in map.Entries)
        {
            string key = prefix + entry.Key;
            if (entry.Value is MapNode inner && !isValue(inner))
            {
                Collect(inner, key + ".", isValue, settings, errors);
            }
            else if (key.Split('.').Any(string.IsNullOrWhiteSpace))
            {
                errors.Add(entry.KeyPlace, $"'{key}' is no key of a recipe; write section.key, as optimizer.lr");
            }
            else if (key is RecipeLoader.ExtendsKey or ModelTable.Key)
            {
                errors.Add(entry.KeyPlace, key, "it belongs into a recipe; a sweep takes another one by 'recipe: other.yaml', and another model by 'model: NAME'");
            }
            else if (settings.Find(other => other.Key == key) is { } earlier)
            {
                errors.Add(entry.KeyPlace, $"{key}: duplicate key; it stands at {earlier.KeyPlace} already");
            }
            else
            {
                settings.Add(new SweepSetting(key, entry.Value, entry.KeyPlace));
            }
        }
    }
}
