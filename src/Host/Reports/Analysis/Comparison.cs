using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>"Is B better than A?", with what is known.</summary>
/// <param name="First">A.</param>
/// <param name="Second">B.</param>
/// <param name="Welch">B less A, in points; null where nothing is known of the noise.</param>
/// <param name="NoiseIsBorrowed">Whether the noise is the pooled one of all recipes, as one of the two has too few runs.</param>
/// <param name="Resampled">The bootstrap's interval; null where there are too few runs for it.</param>
/// <param name="SeedsNeeded">Seeds of each that would find a difference like this one with a power of 80 %; null where no number would,
/// or nothing is known of the noise.</param>
internal sealed record Comparison(RunGroup First, RunGroup Second, MeanDifference? Welch, bool NoiseIsBorrowed, Interval? Resampled, int? SeedsNeeded)
{
    /// <summary>Fewer than these are too few to be drawn from again and again.</summary>
    private const int FewestForBootstrap = 5;

    private const int Resamples = 10_000;

    /// <summary>Fewer runs than these know their own noise too badly: all recipes' together is taken.</summary>
    private const int FewestForOwnNoise = 4;

    /// <summary>The difference of the means, in points.</summary>
    public double Difference => Second.Scores.Average() - First.Scores.Average();

    /// <summary>The probability, raised for the number of comparisons (<see cref="Holm"/>).</summary>
    public double? Adjusted { get; init; }

    /// <summary>The answer.</summary>
    public Verdict Verdict => Adjusted is not { } probability ? Verdict.Unknown
        : probability >= 1 - Interval.Confidence ? Verdict.NotShown
        : Difference > 0 ? Verdict.Better : Verdict.Worse;

    /// <summary>All recipes of a study against its baseline.</summary>
    public static IReadOnlyList<Comparison> Of(Study study)
    {
        if (study.Baseline is not { } baseline)
        {
            return [];
        }

        Comparison[] all = [.. study.Scored.Where(group => group != baseline).Select(group => Of(baseline, group, study.Noise))];
        Comparison[] known = [.. all.Where(each => each.Welch is not null)];
        double[] adjusted = Holm.Adjust([.. known.Select(each => each.Welch!.Value.Probability)]);
        return [.. all.Select(each => Array.IndexOf(known, each) is >= 0 and var index ? each with { Adjusted = adjusted[index] } : each)];
    }

    /// <summary>The interval of a recipe's mean, by its own noise where it has runs enough, else by that of all recipes; null where nothing
    /// is known of the noise.</summary>
    public static Interval? OfMean(RunGroup group, PooledVariance? noise) =>
        group.Scores.Length < FewestForOwnNoise && noise is { } pooled && pooled.Freedom >= group.Scores.Length
            ? Student.Around(group.Scores.Average(), Math.Sqrt(pooled.Variance / group.Scores.Length), pooled.Freedom)
            : SeedStatistics.Of(group.Scores).OfMean;

    private static Comparison Of(RunGroup first, RunGroup second, PooledVariance? noise)
    {
        double[] one = first.Scores, other = second.Scores;
        bool own = Math.Min(one.Length, other.Length) >= FewestForOwnNoise || (noise?.Freedom ?? 0) <= one.Length + other.Length - 2 && Math.Min(one.Length, other.Length) > 1;
        MeanDifference? welch = own ? MeanDifference.Welch(one, other)
            : noise is { } pooled ? MeanDifference.WithVariance(one, other, pooled.Variance, pooled.Freedom) : null;
        double? deviation = own ? Math.Sqrt((SeedStatistics.Variance(one) + SeedStatistics.Variance(other)) / 2) : noise is { } known ? Math.Sqrt(known.Variance) : null;
        Interval? resampled = Math.Min(one.Length, other.Length) >= FewestForBootstrap ? Bootstrap.Difference(other, one, resamples: Resamples).Percentile : null;
        return new Comparison(first, second, welch, !own && welch is not null, resampled, deviation is { } noisy ? SeedPower.Seeds(other.Average() - one.Average(), noisy) : null);
    }
}

/// <summary>Answers.</summary>
internal enum Verdict
{
    /// <summary>Nothing is known of the noise.</summary>
    Unknown,

    /// <summary>The difference may be noise.</summary>
    NotShown,

    /// <summary>B is better.</summary>
    Better,

    /// <summary>B is worse.</summary>
    Worse,
}
