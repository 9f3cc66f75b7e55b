using System.Collections;
using System.Text;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Recipes;

/// <summary>A recipe as YAML, every option with its value.</summary>
public static class RecipeWriter
{
    /// <summary>The whole recipe; <see cref="RecipeLoader.Parse"/> makes an equal one of it.</summary>
    public static string Write(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var text = new StringBuilder();
        foreach (RecipeKey key in RecipeKey.Of(typeof(Recipe)))
        {
            object? value = key.Property.GetValue(recipe);
            if (key.Scalar is not null)
            {
                text.Append(key.Name).Append(": ").Append(Text(key, key.Name, value)).Append('\n');
                continue;
            }

            text.Append("\n# ").Append(key.Description).Append('\n').Append(key.Name).Append(":\n");
            foreach (RecipeKey option in RecipeKey.Of(key.ValueType))
            {
                text.Append("  ").Append(option.Name).Append(": ")
                    .Append(Text(option, $"{key.Name}.{option.Name}", option.Property.GetValue(value))).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>A key's value as YAML.</summary>
    /// <param name="key">The key.</param>
    /// <param name="path">Its name with the section's before it.</param>
    /// <param name="value">The value.</param>
    internal static string Text(RecipeKey key, string path, object? value) => value switch
    {
        null => key.NoValue,
        string text when PathVariables.IsPath(path) => key.Scalar!.Format(PathVariables.Escape(text)),
        IEnumerable list when key.IsList => $"[{string.Join(", ", list.Cast<object>().Select(key.Scalar!.Format))}]",
        _ => key.Scalar!.Format(value),
    };
}
