using System.Globalization;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>Nodes to the typed record, every value checked against what its property's attributes say.</summary>
/// <param name="errors">Gets what is wrong.</param>
/// <param name="withData">Whether the data's paths are used.</param>
internal sealed class RecipeBinder(RecipeErrors errors, bool withData)
{
    private readonly Dictionary<string, Place> _places = [];

    /// <summary>The recipe; where there are errors, with defaults in the places of bad values.</summary>
    public Recipe Bind(MapNode map) => (Recipe)BindSection(typeof(Recipe), map, "");

    /// <summary>Where the first of these keys stands that the user wrote; null where none is written.</summary>
    public Place? PlaceOf(params IEnumerable<string> keys) =>
        keys.Select(key => _places.GetValueOrDefault(key)).FirstOrDefault(place => place is not null);

    private object BindSection(Type record, MapNode map, string section)
    {
        IReadOnlyList<RecipeKey> keys = RecipeKey.Of(record);
        object target = Activator.CreateInstance(record)!;
        foreach (MapEntry entry in map.Entries)
        {
            if (keys.All(key => key.Name != entry.Key))
            {
                UnknownKey(entry, section, keys);
            }
        }

        foreach (RecipeKey key in keys)
        {
            string path = section.Length == 0 ? key.Name : $"{section}.{key.Name}";
            MapEntry? entry = map.Find(key.Name);
            if (entry is not null)
            {
                _places[path] = entry.KeyPlace;
            }

            object? value = key.Property.GetValue(target);
            if (key.Scalar is null)
            {
                value = BindSection(key.ValueType, SectionOf(entry, path, map.Place), path);
            }
            else if (entry is null)
            {
                value = key.IsList && value is System.Collections.IEnumerable items ? ValueLists.Of(key.ValueType, items.Cast<object>()) : value;
                if (key.Required && value is "")
                {
                    errors.Add(map.Place, path, $"missing; it must be given ({key.Description})");
                }
            }
            else if (TryValue(key, entry.Value, path, out object? given))
            {
                value = given;
            }

            key.Property.SetValue(target, value);
        }

        return target;
    }

    private MapNode SectionOf(MapEntry? entry, string path, Place parent)
    {
        switch (entry?.Value)
        {
            case MapNode map:
                return map with { Place = entry.KeyPlace };
            case null or ScalarNode { IsNull: true }:
                break;
            case var other:
                errors.Add(other.Place, path, $"found {other.Found}; allowed: a section of keys with values");
                break;
        }

        return new MapNode([], entry?.KeyPlace ?? parent);
    }

    private bool TryValue(RecipeKey key, RecipeNode node, string path, out object? value)
    {
        value = null;
        if (key.Optional && node is ScalarNode { Text: var word } && word == key.NoValue && (key.Auto is not null || ((ScalarNode)node).Plain))
        {
            return true;
        }

        if (key.Optional && key.Auto is null && node is ScalarNode { IsNull: true })
        {
            return true;
        }

        return key.IsList ? TryList(key, node, path, out value) : TryScalar(key, node, path, out value);
    }

    private bool TryList(RecipeKey key, RecipeNode node, string path, out object? value)
    {
        value = null;
        if (node is not ListNode list)
        {
            errors.Add(node.Place, path, $"found {node.Found}; allowed: {key.Allowed}");
            return false;
        }

        if (key.Length is { } length && (list.Items.Count < length.MinimumLength || list.Items.Count > length.MaximumLength))
        {
            errors.Add(node.Place, path, string.Create(CultureInfo.InvariantCulture, $"a list of {list.Items.Count}; allowed: {key.Allowed}"));
            return false;
        }

        List<object> items = [];
        for (int i = 0; i < list.Items.Count; i++)
        {
            if (!TryScalar(key, list.Items[i], path, out object? item))
            {
                return false;
            }

            items.Add(item!);
        }

        value = ValueLists.Of(key.ValueType, items);
        return true;
    }

    private bool TryScalar(RecipeKey key, RecipeNode node, string path, out object? value)
    {
        string? hint = null;
        value = null;
        if (node is not ScalarNode scalar || !key.Scalar!.Parse(scalar, out object parsed, out hint))
        {
            string question = hint is null ? "; allowed" : $"; did you mean {hint}? Allowed";
            errors.Add(node.Place, path, $"found {node.Found}{question}: {key.Allowed}");
            return false;
        }

        if (key.ValueType.IsEnum && !key.Names.Contains(scalar.Text))
        {
            errors.Add(node.Place, path, $"'{scalar.Text}' cannot be used here; allowed: {key.Allowed}");
            return false;
        }

        if (!key.InRange(parsed))
        {
            errors.Add(node.Place, path, $"{scalar.Text} is out of range; allowed: {key.Allowed}");
            return false;
        }

        if (key.Required && parsed is "")
        {
            errors.Add(node.Place, path, $"empty; it must be given ({key.Description})");
            return false;
        }

        value = parsed is string text && PathVariables.IsPath(path) ? PathVariables.Expand(text, path, node.Place, withData ? errors : null) : parsed;
        return true;
    }

    private void UnknownKey(MapEntry entry, string section, IReadOnlyList<RecipeKey> keys)
    {
        string path = section.Length == 0 ? entry.Key : $"{section}.{entry.Key}";
        string[] known = [.. section.Length == 0 ? [RecipeLoader.ExtendsKey, ModelTable.Key] : Array.Empty<string>(), .. keys.Select(key => key.Name)];
        string? nearest = NearestName.Of(entry.Key, known) ?? InOtherSection(entry.Key);
        string question = nearest is null ? "." : $"; did you mean '{nearest}'?";
        errors.Add(entry.KeyPlace, $"{path}: unknown key{question} Known: {string.Join(", ", known)}");
    }

    private static string? InOtherSection(string key) => RecipeKey.Of(typeof(Recipe))
        .Where(section => section.Scalar is null)
        .SelectMany(section => RecipeKey.Of(section.ValueType).Where(other => other.Name == key).Select(other => $"{section.Name}.{other.Name}"))
        .FirstOrDefault();
}
