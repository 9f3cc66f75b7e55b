using StreamTrainer.Host.Recipes;
using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>Puts runs of the same recipe together and finds out what sets the recipes apart.</summary>
/// <param name="Groups">The groups, in the order of their first runs.</param>
/// <param name="Varying">The keys that set them apart.</param>
internal sealed record RunGroups(IReadOnlyList<RunGroup> Groups, IReadOnlyList<string> Varying)
{
    /// <summary>More differences than these do not make a name.</summary>
    private const int MostInLabel = 5;

    private const int LongestLabel = 70;

    /// <summary>What has no part in a result: where and how fast it is computed, what is kept of it, and the seed, which is the noise.</summary>
    private static readonly HashSet<string> s_besides = new(StringComparer.Ordinal)
    {
        "description", "train.seed", "train.device", "train.threads", "data.workers", "data.readers", "data.ringMemory", "eval.batchSize",
    };

    private static readonly string[] s_sectionsBesides = ["checkpoint.", "log.", "health."];

    /// <summary>Whether the groups differ in few enough settings to be compared setting by setting.</summary>
    public bool AreOfOneGrid => Varying.Count <= MostInLabel;

    /// <summary>Of runs; those whose recipe cannot be read are in no group.</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="order">The keys that come first in labels, as the sweep's file has them.</param>
    public static RunGroups Of(IReadOnlyList<RunRecord> runs, IReadOnlyList<string> order)
    {
        List<(Dictionary<string, string> Settings, List<RunRecord> Runs)> groups = [];
        Dictionary<string, int> known = new(StringComparer.Ordinal);
        foreach (RunRecord run in runs)
        {
            if (run.Recipe is not { } recipe)
            {
                continue;
            }

            (string Key, string Value)[] settings = [.. RecipeSettings.Of(recipe).Where(setting => HasPart(setting.Key))];
            string identity = string.Join('\n', settings.Select(setting => $"{setting.Key}={setting.Value}"));
            if (!known.TryGetValue(identity, out int index))
            {
                index = groups.Count;
                known.Add(identity, index);
                groups.Add((settings.ToDictionary(setting => setting.Key, setting => setting.Value), []));
            }

            groups[index].Runs.Add(run);
        }

        // What sets the recipes apart is asked of those that have a figure: one broken run must not lengthen the names of all others.
        Dictionary<string, string>[] scored = [.. groups.Where(group => group.Runs.Any(run => run.Top1 is not null)).Select(group => group.Settings)];
        string[] varying = [.. scored.SelectMany(settings => settings.Keys).Distinct(StringComparer.Ordinal)
            .Where(key => scored.Select(settings => settings.GetValueOrDefault(key)).Distinct(StringComparer.Ordinal).Count() > 1)
            .OrderBy(key => order.Contains(key) ? order.ToList().IndexOf(key) : int.MaxValue)];
        return new RunGroups([.. groups.Select(group => new RunGroup(Label(group.Settings, group.Runs, varying), group.Runs, group.Settings))], varying);
    }

    /// <summary>A setting in a few words: <c>lr 0.005</c>, <c>loss crossEntropy</c>.</summary>
    public static string Words(string key, string value, IReadOnlyList<string> among)
    {
        string[] parts = key.Split('.');
        string last = parts[^1] is "name" or "enabled" && parts.Length > 1 ? parts[0] : parts[^1];
        bool alone = among.Count(other => other.EndsWith("." + parts[^1], StringComparison.Ordinal)) <= 1 || parts[^1] is "name" or "enabled";
        return $"{(alone ? last : key)} {value}";
    }

    private static string Label(Dictionary<string, string> settings, List<RunRecord> runs, string[] varying)
    {
        if (varying.Length == 0)
        {
            return runs[0].Recipe!.Model.Name;
        }

        string words = string.Join(", ", varying.Select(key => Words(key, settings.GetValueOrDefault(key, "none"), varying)));
        return varying.Length <= MostInLabel && words.Length <= LongestLabel ? words : runs.Count == 1 ? runs[0].Id : $"{runs[0].Id} to {runs[^1].Id}";
    }

    private static bool HasPart(string key) => !s_besides.Contains(key) && !s_sectionsBesides.Any(section => key.StartsWith(section, StringComparison.Ordinal));
}
