using StreamTrainer.Host.Reports.Reading;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>Runs of one recipe: they differ in the seed alone, and in what has no part in the result.</summary>
/// <param name="Label">What sets it apart from the other groups.</param>
/// <param name="Runs">Its runs, complete or not.</param>
/// <param name="Settings">The recipe's settings that have a part in the result.</param>
internal sealed record RunGroup(string Label, IReadOnlyList<RunRecord> Runs, IReadOnlyDictionary<string, string> Settings)
{
    /// <summary>The runs that have a figure.</summary>
    public IReadOnlyList<RunRecord> Scored { get; } = [.. Runs.Where(run => run.Top1 is not null).OrderBy(run => run.Seed)];

    /// <summary>Their top-1 on the validation set, in percent, in the order of seeds.</summary>
    public double[] Scores => [.. Scored.Select(run => run.Top1!.Value)];
}
