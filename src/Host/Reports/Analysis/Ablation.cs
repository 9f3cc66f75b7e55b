using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What a setting does, all else equal: pairs of runs that agree in every other setting and in the seed.</summary>
/// <param name="Key">The setting.</param>
/// <param name="From">The value that it is compared with: the baseline's.</param>
/// <param name="To">The other value.</param>
/// <param name="Differences">To less from, pair by pair, in points.</param>
internal sealed record Ablation(string Key, string From, string To, IReadOnlyList<double> Differences)
{
    /// <summary>The mean difference; null for less than two pairs.</summary>
    public MeanDifference? Mean => Differences.Count > 1 ? MeanDifference.Paired(Differences) : null;

    /// <summary>Of every setting that a study's recipes differ in.</summary>
    public static IReadOnlyList<Ablation> Of(Study study)
    {
        if (study.Baseline is not { } baseline || !study.Groups.AreOfOneGrid)
        {
            return [];
        }

        List<Ablation> all = [];
        foreach (string key in study.Groups.Varying)
        {
            string from = Value(baseline, key);
            string[] others = [.. study.Scored.Select(group => Value(group, key)).Where(value => value != from).Distinct(StringComparer.Ordinal)];
            Dictionary<string, double> reference = Blocks(study, key, from);
            foreach (string to in others)
            {
                double[] differences = [.. Blocks(study, key, to).Where(block => reference.ContainsKey(block.Key)).Select(block => block.Value - reference[block.Key])];
                all.Add(new Ablation(key, from, to, differences));
            }
        }

        return all;
    }

    /// <summary>Scores of the runs with a value, by all else that sets them apart.</summary>
    private static Dictionary<string, double> Blocks(Study study, string key, string value)
    {
        Dictionary<string, double> blocks = new(StringComparer.Ordinal);
        string[] others = [.. study.Groups.Varying.Where(other => other != key)];
        foreach (RunGroup group in study.Scored.Where(group => Value(group, key) == value))
        {
            foreach (RunRecord run in group.Scored)
            {
                // A run that was made twice counts once.
                blocks.TryAdd(string.Join('\n', others.Select(other => Value(group, other)).Append($"{run.Seed}")), run.Top1!.Value);
            }
        }

        return blocks;
    }

    private static string Value(RunGroup group, string key) => group.Settings.GetValueOrDefault(key, "none");
}
