namespace StreamTrainer.Host.Recipes;

/// <summary>How one recipe goes over another: sections merge key by key, everything else is replaced.</summary>
internal static class RecipeMerge
{
    /// <summary><paramref name="over"/> laid on <paramref name="under"/>; keys keep the order in which they first appear.</summary>
    public static MapNode Merge(MapNode under, MapNode over)
    {
        List<MapEntry> entries = [.. under.Entries];
        foreach (MapEntry entry in over.Entries)
        {
            int index = entries.FindIndex(other => other.Key == entry.Key);
            if (index < 0)
            {
                entries.Add(entry);
                continue;
            }

            entries[index] = (entries[index].Value, entry.Value) switch
            {
                (MapNode below, MapNode above) => entry with { Value = Merge(below, above) },
                // A section whose keys are all commented out is nothing in YAML, and changes nothing.
                (MapNode, ScalarNode { IsNull: true }) => entries[index],
                _ => entry,
            };
        }

        return new MapNode(entries, over.Place);
    }
}
