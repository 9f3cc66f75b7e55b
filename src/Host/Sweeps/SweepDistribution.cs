using System.Globalization;
using System.Text;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Host.Sweeps;

/// <summary>What a key is drawn from in a random search. A draw is a pure function of seed, trial and key: more trials change none
/// that were there before, and neither do more keys.</summary>
internal static class SweepDistribution
{
    // More digits say nothing, and are hard to read and to write again.
    private const int Digits = 4;

    private const string Shape = "a distribution, as {logUniform: [1.0e-4, 1.0e-2]}, {uniform: [0, 1]}, {int: [1, 9]} or {choice: [bce, crossEntropy]}";

    private static readonly string[] s_names = ["uniform", "logUniform", "int", "choice"];

    /// <summary>Whether a section is a distribution, and not more keys.</summary>
    public static bool Is(MapNode map) => map.Entries.Any(entry => s_names.Contains(entry.Key));

    /// <summary>The draws of a key in order of the trials; none (and an error) where there is no distribution.</summary>
    /// <param name="setting">The key, and the distribution.</param>
    /// <param name="trials">How many.</param>
    /// <param name="seed">The search's seed.</param>
    /// <param name="errors">Gets what is wrong.</param>
    public static IReadOnlyList<RecipeNode> Draw(SweepSetting setting, int trials, long seed, RecipeErrors errors)
    {
        if (setting.Value is not MapNode { Entries: [{ Key: var kind, Value: var bounds }] } || !s_names.Contains(kind))
        {
            string last = setting.Key[(setting.Key.LastIndexOf('.') + 1)..];
            string question = setting.Value is MapNode ? "" : NearestName.Question(last, s_names);
            errors.Add(setting.KeyPlace, setting.Key, $"found {setting.Value.Found}{(question.Length > 0 ? $"{question} A" : "; a")}llowed: {Shape}");
            return [];
        }

        if (bounds is not ListNode { Items: { Count: > 0 } items })
        {
            errors.Add(bounds.Place, setting.Key, $"found {bounds.Found}; allowed: {Shape}");
            return [];
        }

        if (kind == "choice")
        {
            return [.. Uniform(setting.Key, trials, seed).Select(at => items[(int)(at * items.Count)])];
        }

        if (items.Count != 2 || !Number(items[0], out double low) || !Number(items[1], out double high) || low >= high
            || (kind == "logUniform" && low <= 0) || (kind == "int" && !(double.IsInteger(low) && double.IsInteger(high))))
        {
            string need = kind switch { "logUniform" => "two numbers above 0, the smaller first", "int" => "two whole numbers, the smaller first", _ => "two numbers, the smaller first" };
            errors.Add(bounds.Place, setting.Key, $"{kind} takes {need}");
            return [];
        }

        return [.. Uniform(setting.Key, trials, seed).Select(at => new ScalarNode(Text(kind, at, low, high), true, bounds.Place))];
    }

    private static string Text(string kind, double at, double low, double high) => kind switch
    {
        "int" => Math.Floor(low + at * (high - low + 1)).ToString("F0", CultureInfo.InvariantCulture),
        "logUniform" => Rounded(Math.Exp(Math.Log(low) + at * (Math.Log(high) - Math.Log(low))), low, high),
        _ => Rounded(low + at * (high - low), low, high),
    };

    private static string Rounded(double value, double low, double high) =>
        YamlText.Number(Math.Clamp(double.Parse(value.ToString($"E{Digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture), low, high));

    private static IEnumerable<double> Uniform(string key, int trials, long seed)
    {
        // FNV-1a: the key's name as a number, the same on every machine.
        ulong name = Encoding.UTF8.GetBytes(key).Aggregate(14695981039346656037UL, (hash, letter) => (hash ^ letter) * 1099511628211UL);
        for (int trial = 0; trial < trials; trial++)
        {
            yield return new SampleRandom(seed, trial, (long)name, RandomStream.Search).Next();
        }
    }

    private static bool Number(RecipeNode node, out double number)
    {
        number = 0;
        return node is ScalarNode { Plain: true, Text: var text }
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }
}
