using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What a setting does, all else equal: pairs of runs that agree in every other setting and in the seed.</summary>
/// <param name="Keys">The setting; several keys where these never change without each other, as a loss and what only this loss has.</param>
/// <param name="From">The values that it is compared with: the baseline's, one a key.</param>
/// <param name="To">The other values.</param>
/// <param name="Differences">To less from, pair by pair, in points.</param>
internal sealed record Ablation(IReadOnlyList<string> Keys, IReadOnlyList<string> From, IReadOnlyList<string> To, IReadOnlyList<double> Differences)
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
        foreach (IReadOnlyList<string> keys in Factors(study))
        {
            string[] from = Values(baseline, keys);
            Dictionary<string, double> reference = Blocks(study, keys, from);
            foreach (string[] to in study.Scored.Select(group => Values(group, keys)).Where(values => !values.SequenceEqual(from)).DistinctBy(values => string.Join('\n', values)))
            {
                double[] differences = [.. Blocks(study, keys, to).Where(block => reference.ContainsKey(block.Key)).Select(block => block.Value - reference[block.Key])];
                all.Add(new Ablation(keys, from, to, differences));
            }
        }

        return all;
    }

    /// <summary>The keys, those together that say the same of every recipe: each value of the one goes with one value of the other.</summary>
    private static List<IReadOnlyList<string>> Factors(Study study)
    {
        List<List<string>> factors = [];
        foreach (string key in study.Groups.Varying)
        {
            if (factors.Find(factor => Partition(study, factor[0]).SequenceEqual(Partition(study, key))) is { } same)
            {
                same.Add(key);
            }
            else
            {
                factors.Add([key]);
            }
        }

        return [.. factors];
    }

    /// <summary>Which recipes have the same value: for each the number of the first that has it.</summary>
    private static int[] Partition(Study study, string key)
    {
        string[] values = [.. study.Scored.Select(group => Value(group, key))];
        return [.. values.Select(value => Array.IndexOf(values, value))];
    }

    /// <summary>Scores of the runs with some values, by all else that sets them apart.</summary>
    private static Dictionary<string, double> Blocks(Study study, IReadOnlyList<string> keys, string[] values)
    {
        Dictionary<string, double> blocks = new(StringComparer.Ordinal);
        string[] others = [.. study.Groups.Varying.Where(other => !keys.Contains(other))];
        foreach (RunGroup group in study.Scored.Where(group => Values(group, keys).SequenceEqual(values)))
        {
            foreach (RunRecord run in group.Scored)
            {
                // A run that was made twice counts once.
                blocks.TryAdd(string.Join('\n', others.Select(other => Value(group, other)).Append($"{run.Seed}")), run.Top1!.Value);
            }
        }

        return blocks;
    }

    private static string[] Values(RunGroup group, IReadOnlyList<string> keys) => [.. keys.Select(key => Value(group, key))];

    private static string Value(RunGroup group, string key) => group.Settings.GetValueOrDefault(key, "none");
}
