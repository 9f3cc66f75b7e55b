using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>What two recipes do not have in common.</summary>
internal static class RecipeDifference
{
    /// <summary>A line for each key that differs, as <c>optimizer.lr: 0.1, and now 0.2</c>; what the recipes say they are for is no difference.</summary>
    public static IReadOnlyList<string> Of(Recipe before, Recipe now)
    {
        List<string> lines = [];
        foreach (RecipeKey section in RecipeKey.Of(typeof(Recipe)).Where(key => key.Scalar is null))
        {
            object was = section.Property.GetValue(before)!, its = section.Property.GetValue(now)!;
            foreach (RecipeKey key in RecipeKey.Of(section.ValueType))
            {
                string path = $"{section.Name}.{key.Name}";
                string one = RecipeWriter.Text(key, path, key.Property.GetValue(was)), other = RecipeWriter.Text(key, path, key.Property.GetValue(its));
                if (one != other)
                {
                    lines.Add($"{path}: {one}, and now {other}");
                }
            }
        }

        return lines;
    }
}
