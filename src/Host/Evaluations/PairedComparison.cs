using StreamTrainer.Host.Statistics;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Evaluations;

/// <summary>Two models on the same images: the first's figures less the second's. A difference of shares lies in -1 to 1; intervals are the
/// bootstrap's over images, drawn in pairs.</summary>
internal sealed record PairedComparison
{
    /// <summary>val, real, v2, or another set's name.</summary>
    public required string Set { get; init; }

    /// <summary>The first model's test image.</summary>
    public required EvaluationCell Cell { get; init; }

    /// <summary>The second's.</summary>
    public required EvaluationCell AgainstCell { get; init; }

    /// <summary>Images that both were asked for.</summary>
    public required int Count { get; init; }

    /// <summary>Difference of top-1.</summary>
    public required Measure Top1 { get; init; }

    /// <summary>Difference of top-5.</summary>
    public required Measure Top5 { get; init; }

    /// <summary>Difference of mean cross-entropy.</summary>
    public Measure? Loss { get; init; }

    /// <summary>Images that only the first has right.</summary>
    public required long FirstOnly { get; init; }

    /// <summary>Images that only the second has right.</summary>
    public required long SecondOnly { get; init; }

    /// <summary>The p-value of McNemar's exact test: how likely so unequal numbers are if both models were equally good.</summary>
    public required double P { get; init; }

    /// <summary>McNemar's chi-square with the continuity correction, of one degree of freedom.</summary>
    public required double ChiSquare { get; init; }

    /// <summary>Compares, image by image.</summary>
    /// <exception cref="UserErrorException">They were not asked for the same images.</exception>
    public static PairedComparison Of(Score first, Score second)
    {
        Dictionary<ulong, int> places = [];
        for (int i = 0; i < second.Hits.Images.Length; i++)
        {
            places.TryAdd(second.Hits.Images[i], i);
        }

        int[] mine = [.. Enumerable.Range(0, first.Hits.Images.Length).Where(i => places.ContainsKey(first.Hits.Images[i]))];
        if (mine.Length == 0)
        {
            throw new UserErrorException($"--against: the two models have no image of {first.Set} in common");
        }

        int[] theirs = [.. mine.Select(i => places[first.Hits.Images[i]])];
        var test = McNemarTest.Of([.. mine.Select(i => first.Hits.Top1[i])], [.. theirs.Select(i => second.Hits.Top1[i])]);
        return new PairedComparison
        {
            Set = first.Set,
            Cell = first.Cell,
            AgainstCell = second.Cell,
            Count = mine.Length,
            Top1 = Difference(Numbers(first.Hits.Top1, mine), Numbers(second.Hits.Top1, theirs)),
            Top5 = Difference(Numbers(first.Hits.Top5, mine), Numbers(second.Hits.Top5, theirs)),
            Loss = first.Hits.Losses is { } a && second.Hits.Losses is { } b ? Difference([.. mine.Select(i => a[i])], [.. theirs.Select(i => b[i])]) : null,
            FirstOnly = test.FirstOnly,
            SecondOnly = test.SecondOnly,
            P = test.Exact,
            ChiSquare = test.ChiSquare,
        };
    }

    private static double[] Numbers(bool[] hits, int[] images) => [.. images.Select(i => hits[i] ? 1.0 : 0.0)];

    private static Measure Difference(double[] first, double[] second)
    {
        Bootstrapped found = Bootstrap.PairedDifference(first, second);
        return Measure.Of(found.Estimate, found.Percentile);
    }
}
