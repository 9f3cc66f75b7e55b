using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Recipes;

/// <summary>A recipe's file with all that it extends, merged.</summary>
internal static class RecipeFiles
{
    /// <summary>Reads a file and what it extends; null (and errors) where one cannot be read.</summary>
    public static MapNode? Read(string path, RecipeErrors errors) => Read(path, null, RecipeLoader.ExtendsKey, [], errors);

    /// <summary>Reads a file that another one names, and what it extends; null (and errors) where one cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="namedAt">The place that names it.</param>
    /// <param name="key">The key there.</param>
    /// <param name="errors">Where errors go.</param>
    public static MapNode? Read(string path, Place namedAt, string key, RecipeErrors errors) => Read(path, namedAt, key, [], errors);

    /// <summary>Merges a text that was read from <paramref name="name"/> over what it extends.</summary>
    public static MapNode? Extend(string text, string name, RecipeErrors errors) => Extend(text, name, [(name, FullPath(name))], errors);

    private static MapNode? Read(string path, Place? namedAt, string key, List<(string Name, string Full)> chain, RecipeErrors errors)
    {
        string full = FullPath(path);
        if (chain.Exists(file => file.Full == full))
        {
            errors.Add(namedAt!, key, $"the recipes extend each other in a circle: {string.Join(" -> ", chain.Select(file => file.Name).Append(path))}");
            return null;
        }

        return ReadText(path, namedAt, key, errors) is { } text ? Extend(text, path, [.. chain, (path, full)], errors) : null;
    }

    /// <summary>A file's text; null (and an error) where it cannot be read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="namedAt">The place that names it; none: the command line, and then an error is thrown.</param>
    /// <param name="key">The key that names it.</param>
    /// <param name="errors">Where errors go.</param>
    public static string? ReadText(string path, Place? namedAt, string key, RecipeErrors errors) => ReadText(path, DocumentKind.Recipe, namedAt, key, errors);

    /// <summary>The text of a file of another kind.</summary>
    /// <inheritdoc cref="ReadText(string, Place?, string, RecipeErrors)"/>
    public static string? ReadText(string path, DocumentKind kind, Place? namedAt, string key, RecipeErrors errors)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            string what = Unreadable(path, kind, error);
            if (namedAt is null)
            {
                throw new UserErrorException(what, error);
            }

            errors.Add(namedAt, key, $"{what}{(what.EndsWith('?') ? " The" : "; the")} path is seen from the folder of {namedAt.Source}");
            return null;
        }
    }

    private static MapNode? Extend(string text, string name, List<(string Name, string Full)> chain, RecipeErrors errors)
    {
        MapNode? map = YamlReader.ReadDocument(text, name, errors) is { } read ? ModelTable.Rooted(read, name) : null;
        if (map?.Find(RecipeLoader.ExtendsKey) is not { } extends)
        {
            return map;
        }

        MapNode own = map with { Entries = [.. map.Entries.Where(entry => entry != extends)] };
        if (extends.Value is not ScalarNode { IsNull: false, Text: { Length: > 0 } target })
        {
            errors.Add(extends.KeyPlace, RecipeLoader.ExtendsKey, $"found {extends.Value.Found}; allowed: the path of one recipe, as extends: base.yaml");
            return null;
        }

        string path = Path.Combine(Path.GetDirectoryName(name) ?? "", target);
        return Read(path, extends.KeyPlace, RecipeLoader.ExtendsKey, chain, errors) is { } under ? RecipeMerge.Merge(under, own) : null;
    }

    private static string Unreadable(string path, DocumentKind kind, Exception error)
    {
        if (Directory.Exists(path))
        {
            return $"'{path}' is a folder, not a {kind.Noun}; name the .yaml file";
        }

        if (error is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return $"the {kind.Noun} '{path}' cannot be read: {ReadTrouble.Of(error)}";
        }

        string folder = Path.GetDirectoryName(path) is { Length: > 0 } named ? named : ".";
        IEnumerable<string> others = Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*.y*ml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)
            : [];
        // All end alike: what they share must not make them similar.
        string? nearest = NearestName.Of(Path.GetFileNameWithoutExtension(path), others.Select(other => Path.GetFileNameWithoutExtension(other)));
        string? file = others.FirstOrDefault(other => Path.GetFileNameWithoutExtension(other) == nearest);
        return $"there is no {kind.Noun} '{path}'{(file is null ? "" : $"; did you mean '{file}'?")}";
    }

    private static string FullPath(string path)
    {
        try
        {
            return Path.GetFullPath(path);
        }
        catch (ArgumentException)
        {
            return path;
        }
    }
}
