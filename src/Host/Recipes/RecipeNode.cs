namespace StreamTrainer.Host.Recipes;

/// <summary>A piece of YAML with the place it came from.</summary>
internal abstract record RecipeNode(Place Place)
{
    /// <summary>What it is, for an error message.</summary>
    public abstract string Found { get; }
}

/// <summary>A single value.</summary>
/// <param name="Text">Its text without quotes.</param>
/// <param name="Plain">Whether it stood without quotes: only then can it be a number, a bool or nothing.</param>
/// <param name="Place">Where it stands.</param>
internal sealed record ScalarNode(string Text, bool Plain, Place Place) : RecipeNode(Place)
{
    /// <summary>Whether it is YAML's null: <c>~</c>, <c>null</c> or nothing at all.</summary>
    public bool IsNull => Plain && Text is "" or "~" or "null" or "Null" or "NULL";

    /// <inheritdoc/>
    public override string Found => Plain ? Text.Length == 0 ? "nothing" : $"'{Text}'" : $"the text \"{Text}\"";
}

/// <summary>A list.</summary>
internal sealed record ListNode(IReadOnlyList<RecipeNode> Items, Place Place) : RecipeNode(Place)
{
    /// <inheritdoc/>
    public override string Found => "a list";
}

/// <summary>A section: keys with values, in the order of the file.</summary>
internal sealed record MapNode(IReadOnlyList<MapEntry> Entries, Place Place) : RecipeNode(Place)
{
    /// <inheritdoc/>
    public override string Found => "a section";

    /// <summary>The entry of a key; null where it is not there.</summary>
    public MapEntry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);
}

/// <summary>A key with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyPlace">Where the key stands.</param>
/// <param name="Value">The value.</param>
internal sealed record MapEntry(string Key, Place KeyPlace, RecipeNode Value);
