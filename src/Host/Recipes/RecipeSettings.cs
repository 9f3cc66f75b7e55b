using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>A recipe as a flat list of settings, to be compared with others.</summary>
internal static class RecipeSettings
{
    /// <summary>Every option's key and value as YAML, in the order in which they are declared: <c>optimizer.lr</c>, <c>0.005</c>.</summary>
    public static IEnumerable<(string Key, string Value)> Of(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        foreach (RecipeKey key in RecipeKey.Of(typeof(Recipe)))
        {
            object? value = key.Property.GetValue(recipe);
            if (key.Scalar is not null)
            {
                yield return (key.Name, RecipeWriter.Text(key, key.Name, value));
                continue;
            }

            foreach (RecipeKey option in RecipeKey.Of(key.ValueType))
            {
                string path = $"{key.Name}.{option.Name}";
                yield return (path, RecipeWriter.Text(option, path, option.Property.GetValue(value)));
            }
        }
    }
}
