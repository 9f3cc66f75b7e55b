namespace StreamTrainer.Host.Recipes;

/// <summary>What <c>--set a.b=c</c> means.</summary>
internal static class RecipeOverrides
{
    /// <summary>The recipe that holds only this override; null (and an error) where it cannot be read.</summary>
    public static MapNode? Read(string assignment, RecipeErrors errors)
    {
        var place = new Place($"--set {assignment}", 0, 0);
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string[] keys = equals < 0 ? [] : assignment[..equals].Trim().Split('.');
        if (keys.Length == 0 || keys.Any(string.IsNullOrWhiteSpace))
        {
            errors.Add(place, "not an override; write --set section.key=value, as --set train.epochs=10");
            return null;
        }

        if (keys[0] is RecipeLoader.ExtendsKey or ModelTable.Key)
        {
            errors.Add(place, $"{keys[0]} belongs into a file; an override sets a value");
            return null;
        }

        string text = assignment[(equals + 1)..].Trim();
        // Only lists, sections and quoted texts are YAML here: a path may hold " #" or ": " and is still a path.
        RecipeNode? value = text is ['[' or '{' or '"' or '\'', ..]
            ? YamlReader.ReadValue(text, place, errors)
            : new ScalarNode(text, true, place);
        if (value is null)
        {
            return null;
        }

        foreach (string key in keys.Reverse())
        {
            value = new MapNode([new MapEntry(key, place, value)], place);
        }

        return (MapNode)value;
    }
}
