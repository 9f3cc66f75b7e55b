using System.Text;
using System.Text.RegularExpressions;

namespace StreamTrainer.Host.Recipes;

/// <summary>Environment variables in a recipe's paths: <c>${NAME}</c>, <c>${NAME:-default}</c>; <c>$${</c> is <c>${</c> itself.</summary>
internal static partial class PathVariables
{
    private static readonly HashSet<string> s_paths = ["data.train", "data.val"];

    /// <summary>Whether a key holds a path.</summary>
    public static bool IsPath(string key) => s_paths.Contains(key);

    /// <summary>The path with the variables' values in it; errors go to <paramref name="errors"/>; without it, variables that are not set stay as they are.</summary>
    public static string Expand(string text, string key, Place place, RecipeErrors? errors)
    {
        var result = new StringBuilder();
        for (int i = 0; i < text.Length;)
        {
            Match match;
            if (text.AsSpan(i).StartsWith("$${"))
            {
                result.Append("${");
                i += 3;
            }
            else if (!text.AsSpan(i).StartsWith("${"))
            {
                result.Append(text[i++]);
            }
            else if ((match = Variable().Match(text, i)).Success && match.Index == i)
            {
                result.Append(Value(match, key, place, errors));
                i += match.Length;
            }
            else
            {
                errors?.Add(place, key, $"'{text}' has a '${{' that is no variable; write ${{NAME}} or ${{NAME:-default}}, or $${{ for the signs themselves");
                return text;
            }
        }

        return result.ToString();
    }

    /// <summary>The text that <see cref="Expand"/> makes <paramref name="path"/> of.</summary>
    public static string Escape(string path) => path.Replace("${", "$${", StringComparison.Ordinal);

    private static string Value(Match match, string key, Place place, RecipeErrors? errors)
    {
        string name = match.Groups[1].Value;
        if ((errors?.Reach ?? RecipeReach.Everything).Variable(name) is { Length: > 0 } value)
        {
            return value;
        }

        if (!match.Groups[2].Success)
        {
            if (errors is null)
            {
                return match.Value;
            }

            errors.Add(place, key, $"the environment variable {name} is not set; set it with export {name}=FOLDER, or give the path with --set {key}=PATH");
        }

        return match.Groups[3].Value;
    }

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)(:-([^{}]*))?\}")]
    private static partial Regex Variable();
}
