using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>A collection with what is asked of it.</summary>
/// <param name="Prefix">What the names of its tables and figures begin with; empty where it is the report's only one.</param>
/// <param name="Collection">The runs.</param>
/// <param name="Groups">Its recipes.</param>
/// <param name="Baseline">The recipe that the others are compared with; null where none has a figure.</param>
internal sealed record Study(string Prefix, RunCollection Collection, RunGroups Groups, RunGroup? Baseline)
{
    /// <summary>Groups with at least one figure, the baseline first.</summary>
    public IReadOnlyList<RunGroup> Scored { get; } =
        [.. Groups.Groups.Where(group => group.Scored.Count > 0).OrderBy(group => group == Baseline ? 0 : 1)];

    /// <summary>The noise of seeds inside the recipes; null where no recipe has two.</summary>
    public PooledVariance? Noise => PooledVariance.Of(Scored.Select(group => group.Scores));

    /// <summary>All runs of the collection that have a figure.</summary>
    public IEnumerable<RunRecord> ScoredRuns => Scored.SelectMany(group => group.Scored);

    /// <summary>The name of a table or a figure.</summary>
    public string Id(string name) => Prefix + name;

    /// <summary>A study of a collection.</summary>
    /// <param name="collection">The runs.</param>
    /// <param name="prefix">What the names of its tables and figures begin with.</param>
    /// <param name="baseline">The run whose recipe the others are compared with; null: the first recipe.</param>
    public static Study Of(RunCollection collection, string prefix, string? baseline)
    {
        ArgumentNullException.ThrowIfNull(collection);
        string[] keys = [.. collection.Sweeps.SelectMany(sweep => sweep.Cells).SelectMany(cell => cell.Set.Select(setting => setting.Key)).Distinct(StringComparer.Ordinal)];
        var groups = RunGroups.Of(collection.Runs, keys);
        RunGroup? first = groups.Groups.FirstOrDefault(group => group.Scored.Count > 0);
        return new Study(prefix, collection, groups, groups.Groups.FirstOrDefault(group => group.Scored.Any(run => run.Id == baseline)) ?? first);
    }
}
