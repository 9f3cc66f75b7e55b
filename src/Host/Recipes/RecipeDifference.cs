using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>A key in which two recipes differ.</summary>
/// <param name="Key">The key, as <c>train.epochs</c>.</param>
/// <param name="One">What the one says.</param>
/// <param name="Other">What the other says.</param>
internal sealed record RecipeDifference(string Key, string One, string Other)
{
    /// <summary>The keys, in the order in which recipes are written; what the recipes say they are for is no difference.</summary>
    public static IReadOnlyList<RecipeDifference> Between(Recipe one, Recipe other)
    {
        List<RecipeDifference> differences = [];
        foreach (RecipeKey section in RecipeKey.Of(typeof(Recipe)).Where(key => key.Scalar is null))
        {
            object mine = section.Property.GetValue(one)!, its = section.Property.GetValue(other)!;
            foreach (RecipeKey key in RecipeKey.Of(section.ValueType))
            {
                string path = $"{section.Name}.{key.Name}";
                string left = RecipeWriter.Text(key, path, key.Property.GetValue(mine)), right = RecipeWriter.Text(key, path, key.Property.GetValue(its));
                if (left != right)
                {
                    differences.Add(new RecipeDifference(path, left, right));
                }
            }
        }

        return differences;
    }

    /// <summary>A line for each, as <c>optimizer.lr: 0.1, and now 0.2</c>.</summary>
    public static IReadOnlyList<string> Of(Recipe before, Recipe now) =>
        [.. Between(before, now).Select(difference => $"{difference.Key}: {difference.One}, and now {difference.Other}")];
}
