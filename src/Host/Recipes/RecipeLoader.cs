using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Recipes;

/// <summary>A recipe and the file it came from.</summary>
/// <param name="Recipe">The resolved recipe: bases merged, overrides set, environment variables put in.</param>
/// <param name="Path">The file, as the user named it.</param>
public sealed record LoadedRecipe(Recipe Recipe, string Path)
{
    /// <summary>Where a key stands that the user wrote: file and line; null where it is not written.</summary>
    internal Func<string, Place?> PlaceOf { get; init; } = _ => null;
}

/// <summary>
/// YAML to the one typed record. <c>extends: other.yaml</c> (seen from the file's folder) lays a recipe over another:
/// sections merge, values and lists replace. All errors of a recipe are told at once, each with file and line.
/// </summary>
public static class RecipeLoader
{
    /// <summary>The key that names the recipe below.</summary>
    internal const string ExtendsKey = "extends";

    /// <summary>Reads a recipe, lays it over what it extends, sets the overrides and checks the result.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">What <c>--set</c> was given: <c>section.key=value</c> each; later ones win.</param>
    /// <param name="withData">Whether the data's paths are used: environment variables in them must be set then.</param>
    /// <param name="model">What <c>--model</c> was given: the model, and what the recipe's table of models changes for it.</param>
    /// <exception cref="UserErrorException">Something is wrong with it; a line for each error.</exception>
    public static LoadedRecipe Load(string path, IReadOnlyList<string> overrides, bool withData = true, string? model = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(overrides);
        var errors = new RecipeErrors();
        MapNode? map = RecipeFiles.Read(path, errors) is { } read ? ModelTable.Apply(read, model, errors) : null;
        foreach (string assignment in overrides)
        {
            if (RecipeOverrides.Read(assignment, errors) is { } over && map is not null)
            {
                map = RecipeMerge.Merge(map, over) with { Place = map.Place };
            }
        }

        (Recipe recipe, RecipeBinder binder) = ResolveOrThrow(map, path, errors, withData);
        return new LoadedRecipe(recipe, path) { PlaceOf = key => binder.PlaceOf(key) };
    }

    /// <summary>Reads a recipe that another file names, lays what that file says on it and checks the result.</summary>
    /// <param name="path">The recipe's file.</param>
    /// <param name="namedAt">The place that names it, by a key <c>recipe</c>.</param>
    /// <param name="model">The model that is asked for by <see cref="ModelTable"/>; null: the recipe's own.</param>
    /// <param name="over">What is laid on it, the last on top.</param>
    /// <param name="withData">Whether the data's paths are used.</param>
    /// <param name="errors">Where errors go.</param>
    /// <returns>Null where there are errors.</returns>
    internal static LoadedRecipe? Load(string path, Place namedAt, ScalarNode? model, IEnumerable<MapNode> over, bool withData, RecipeErrors errors)
    {
        if (RecipeFiles.Read(path, namedAt, "recipe", errors) is not { } read)
        {
            return null;
        }

        MapNode map = ModelTable.Apply(read, model?.Text, errors, model?.Place);
        map = over.Aggregate(map, (below, above) => RecipeMerge.Merge(below, above) with { Place = below.Place });
        (Recipe recipe, RecipeBinder binder) = Resolve(map, path, errors, withData);
        return errors.Any ? null : new LoadedRecipe(recipe, path) { PlaceOf = key => binder.PlaceOf(key) };
    }

    /// <summary>Reads a recipe from text.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="name">The name that error messages give it; a path, where it extends another recipe.</param>
    /// <exception cref="UserErrorException">Something is wrong with it; a line for each error.</exception>
    public static Recipe Parse(string yaml, string name)
    {
        ArgumentNullException.ThrowIfNull(yaml);
        ArgumentNullException.ThrowIfNull(name);
        var errors = new RecipeErrors();
        MapNode? map = RecipeFiles.Extend(yaml, name, errors) is { } read ? ModelTable.Apply(read, model: null, errors) : null;
        return ResolveOrThrow(map, name, errors, withData: true).Recipe;
    }

    private static (Recipe Recipe, RecipeBinder Binder) ResolveOrThrow(MapNode? map, string name, RecipeErrors errors, bool withData)
    {
        if (map is null)
        {
            errors.ThrowIfAny(name);
        }

        (Recipe Recipe, RecipeBinder Binder) resolved = Resolve(map ?? new MapNode([], new Place(name, 1, 1)), name, errors, withData);
        errors.ThrowIfAny(name);
        return resolved;
    }

    private static (Recipe Recipe, RecipeBinder Binder) Resolve(MapNode map, string name, RecipeErrors errors, bool withData)
    {
        var binder = new RecipeBinder(errors, withData);
        Recipe recipe = binder.Bind(map);
        RecipeRules.Check(recipe, (keys, message) =>
        {
            if (!keys.Any(errors.Failed))
            {
                errors.Add(binder.PlaceOf(keys) ?? new Place(name, 1, 1), keys[0], message);
            }
        });
        return (recipe, binder);
    }
}
