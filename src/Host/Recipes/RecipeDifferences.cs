using System.Collections;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>A key in which two recipes differ.</summary>
/// <param name="Key">The key, as <c>train.epochs</c>.</param>
/// <param name="One">What the one says.</param>
/// <param name="Other">What the other says.</param>
internal sealed record RecipeDifference(string Key, string One, string Other);

/// <summary>In what two recipes differ.</summary>
internal static class RecipeDifferences
{
    /// <summary>The keys, in the order in which recipes are written.</summary>
    public static IReadOnlyList<RecipeDifference> Between(Recipe one, Recipe other) => [.. Between(typeof(Recipe), one, other, "")];

    private static IEnumerable<RecipeDifference> Between(Type record, object one, object other, string section)
    {
        foreach (RecipeKey key in RecipeKey.Of(record))
        {
            string path = section.Length == 0 ? key.Name : $"{section}.{key.Name}";
            object? left = key.Property.GetValue(one), right = key.Property.GetValue(other);
            if (key.Scalar is null)
            {
                foreach (RecipeDifference difference in Between(key.ValueType, left!, right!, path))
                {
                    yield return difference;
                }
            }
            else if (Text(key, left) is var mine && Text(key, right) is var its && mine != its)
            {
                yield return new RecipeDifference(path, mine, its);
            }
        }
    }

    private static string Text(RecipeKey key, object? value) => value switch
    {
        null => "auto",
        IEnumerable list when key.IsList => $"[{string.Join(", ", list.Cast<object>().Select(item => key.Scalar!.Format(item)))}]",
        _ => key.Scalar!.Format(value),
    };
}
