using StreamTrainer.Host.Reports.Analysis;
using StreamTrainer.Host.Reports.Document;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Sections;

/// <summary>What comes out, in a few sentences.</summary>
internal static class FindingsSection
{
    /// <summary>The section's heading.</summary>
    public const string Title = "What comes out";

    /// <summary>More comparisons than these are counted instead of told one by one.</summary>
    private const int MostSentences = 6;

    /// <summary>The section.</summary>
    public static ReportSection Of(Study study, IReadOnlyList<Comparison> comparisons, int level)
    {
        if (study.Baseline is not { } baseline)
        {
            return new ReportSection(Title, [new ReportText("No run has a figure yet.")], level);
        }

        List<string> items = [Reached(baseline, study.Scored.Count > 1 ? $"{baseline.Label} (A)" : baseline.Label)];
        if (comparisons.Count > 0)
        {
            RunGroup best = study.Scored.MaxBy(group => group.Scores.Average())!;
            if (best != baseline)
            {
                items.Add($"The highest mean is that of {Reached(best, best.Label)} The highest of several is partly luck: it will look worse when it is trained again.");
            }

            items.AddRange(comparisons.Count <= MostSentences ? comparisons.Select(Sentence) : [Counts(comparisons)]);
        }

        if (study.Noise is { } noise && noise.Variance > 0)
        {
            double deviation = Math.Sqrt(noise.Variance);
            items.Add($"Seeds alone move the score by {Numbers.Fixed(deviation, 3)} points (one standard deviation): a single pair of runs tells recipes apart that differ by {Numbers.Fixed(SeedNoise.OfSinglePair(deviation), 2)} points or more (power 80 %).");
        }
        else if (study.Noise is null)
        {
            items.Add("No recipe has two seeds, so nothing is known of the noise: train each with several seeds before reading anything into a difference.");
        }

        return new ReportSection(Title, [new ReportList(items)], level);
    }

    /// <summary>Whether B is better than A, in a sentence.</summary>
    public static string Sentence(Comparison comparison)
    {
        string who = $"{comparison.Second.Label} against A", runs = $"{comparison.Second.Scores.Length} against {Counted.Of(comparison.First.Scores.Length, "run")}";
        if (comparison.Welch is not { } welch)
        {
            return $"Is {who} better? Nothing is known: {runs}, a difference of {Numbers.Signed(comparison.Difference, 2)} points and no second seed to say how large the noise is.";
        }

        string figures = $"{Numbers.Signed(comparison.Difference, 2)} points, 95 % interval {Numbers.Signed(welch.Interval, 2)}, {runs}";
        string noise = comparison.NoiseIsBorrowed ? "; the noise is that of all recipes together" : "";
        return comparison.Verdict switch
        {
            Verdict.Better => $"{who}: better by {figures.TrimStart('+')}{noise}.",
            Verdict.Worse => $"{who}: worse, {figures}{noise}.",
            _ => $"{who}: not told apart, {figures}{noise}; {Needed(comparison)}.",
        };
    }

    private static string Needed(Comparison comparison) => comparison.SeedsNeeded is { } seeds
        ? $"if the difference is what it looks like, {Counted.Of(seeds, "seed")} of each would show it (power 80 %)"
        : "no number of seeds would show a difference this small";

    private static string Counts(IReadOnlyList<Comparison> comparisons)
    {
        int Of(Verdict verdict) => comparisons.Count(each => each.Verdict == verdict);
        string unknown = Of(Verdict.Unknown) is > 0 and var count ? $", nothing known: {count}" : "";
        return $"Of {comparisons.Count} other recipes, better than A: {Of(Verdict.Better)}, worse: {Of(Verdict.Worse)}, not told apart: {Of(Verdict.NotShown)}{unknown} (5 % level, Holm's correction; the table has the intervals).";
    }

    private static string Reached(RunGroup group, string name)
    {
        var statistics = SeedStatistics.Of(group.Scores);
        return statistics.Deviation is { } deviation
            ? $"{name}: {Numbers.Fixed(statistics.Mean, 2)} ± {Numbers.Fixed(deviation, 2)} % top-1 over {statistics.Count} seeds (mean and standard deviation), from {Numbers.Fixed(statistics.Minimum, 2)} to {Numbers.Fixed(statistics.Maximum, 2)}."
            : $"{name}: {Numbers.Fixed(statistics.Mean, 2)} % top-1, a single run.";
    }
}
