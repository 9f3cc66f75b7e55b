namespace StreamTrainer.Host.Recipes;

/// <summary>
/// What <c>--model NAME</c> changes besides the name. A recipe's key <c>models</c> names a YAML file that holds, by model, what differs
/// for it: <c>efficientnet_b1: {augment: {size: 240}, eval: {size: 240}}</c>.
/// </summary>
internal static class ModelTable
{
    /// <summary>The key that names the file.</summary>
    public const string Key = "models";

    /// <summary>Makes the path in <paramref name="map"/> one that is seen from the current directory, so that it survives a merge with
    /// recipes of other folders.</summary>
    /// <param name="map">What stands in a file.</param>
    /// <param name="name">That file.</param>
    public static MapNode Rooted(MapNode map, string name) => map.Find(Key) is { Value: ScalarNode { IsNull: false } path } entry
        ? map with { Entries = [.. map.Entries.Select(other => other == entry ? entry with { Value = path with { Text = Path.Combine(Path.GetDirectoryName(name) ?? "", path.Text), Plain = false } } : other)] }
        : map;

    /// <summary>Takes the key out of a recipe and, where a model is asked for, lays the model's name and its row on it. A model without
    /// a row has the recipe's own values.</summary>
    /// <param name="map">The recipe.</param>
    /// <param name="model">The model's name; null: none is asked for.</param>
    /// <param name="errors">Where errors go.</param>
    /// <param name="askedAt">Where it is asked for; null: by <c>--model</c>.</param>
    public static MapNode Apply(MapNode map, string? model, RecipeErrors errors, Place? askedAt = null)
    {
        MapEntry? entry = map.Find(Key);
        MapNode result = map with { Entries = [.. map.Entries.Where(other => other != entry)] };
        MapNode? table = entry is null ? null : Read(entry, errors);
        if (model is null)
        {
            return result;
        }

        if (table?.Find(model) is { } row)
        {
            if (row.Value is not MapNode values)
            {
                errors.Add(row.KeyPlace, row.Key, $"found {row.Value.Found}; allowed: a section, as {row.Key}: {{augment: {{size: 240}}}}");
                return result;
            }

            result = RecipeMerge.Merge(result, values) with { Place = map.Place };
        }

        Place place = askedAt ?? new Place($"--model {model}", 0, 0);
        var named = new MapNode([new MapEntry("model", place, new MapNode([new MapEntry("name", place, new ScalarNode(model, false, place))], place))], place);
        return RecipeMerge.Merge(result, named) with { Place = map.Place };
    }

    private static MapNode? Read(MapEntry entry, RecipeErrors errors)
    {
        if (entry.Value is not ScalarNode { IsNull: false, Text: { Length: > 0 } path })
        {
            errors.Add(entry.KeyPlace, Key, $"found {entry.Value.Found}; allowed: the path of a file, as models: models.yaml");
            return null;
        }

        return RecipeFiles.ReadText(path, entry.KeyPlace, Key, errors) is { } text ? YamlReader.ReadDocument(text, path, errors) : null;
    }
}
