using StreamTrainer.Host.Reports.Reading;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>Top-1 over seeds at an epoch: the paper's Figure 3.</summary>
/// <param name="Epochs">Epochs done.</param>
/// <param name="Scores">What the seeds reach there, in percent.</param>
internal readonly record struct EpochSpread(double Epochs, SeedStatistics Scores)
{
    /// <summary>At every epoch at which all runs were evaluated.</summary>
    public static IReadOnlyList<EpochSpread> Of(IReadOnlyList<RunRecord> runs) =>
        [.. runs.SelectMany(run => run.Curves.Evaluations).GroupBy(each => each.Epochs)
            .Where(epoch => epoch.Count() == runs.Count)
            .OrderBy(epoch => epoch.Key)
            .Select(epoch => new EpochSpread(epoch.Key, SeedStatistics.Of([.. epoch.Select(each => each.Top1)])))];

    /// <summary>The last ones: a fifth, and no less than four.</summary>
    public static IReadOnlyList<EpochSpread> Last(IReadOnlyList<EpochSpread> epochs) => [.. epochs.TakeLast(Math.Max(4, epochs.Count / 5))];
}
