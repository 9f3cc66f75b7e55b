using MathNet.Numerics.Distributions;

namespace StreamTrainer.Host.Statistics;

/// <summary>
/// Whether two classifiers are right equally often on the same images (McNemar, "Note on the sampling error of the difference between
/// correlated proportions or percentages", Psychometrika 12, 1947). Only images on which one is right and the other wrong say anything:
/// were both equally good, each such image would be a fair coin.
/// </summary>
/// <param name="FirstOnly">Images that only the first has right.</param>
/// <param name="SecondOnly">Images that only the second has right.</param>
internal readonly record struct McNemarTest(long FirstOnly, long SecondOnly)
{
    /// <summary>The p-value of the exact test, both sides: 2 P(X &lt;= min(b, c)), X binomial of b + c fair coins, at most 1. Right for
    /// any numbers; the one to report.</summary>
    public double Exact => FirstOnly + SecondOnly == 0
        ? 1
        : Math.Min(1, 2 * Binomial.CDF(0.5, checked((int)(FirstOnly + SecondOnly)), Math.Min(FirstOnly, SecondOnly)));

    /// <summary>Chi-square of one degree of freedom with the continuity correction: (|b - c| - 1)^2 / (b + c) (Edwards, "Note on the
    /// correction for continuity in testing the significance of the difference between correlated proportions", Psychometrika 13, 1948);
    /// 0 where the models never differ, and where b = c.</summary>
    public double ChiSquare
    {
        get
        {
            double gap = Math.Max(0, Math.Abs(FirstOnly - SecondOnly) - 1);
            return gap == 0 ? 0 : gap * gap / (FirstOnly + SecondOnly);
        }
    }

    /// <summary>The p-value of <see cref="ChiSquare"/>: 2 (1 - Phi(sqrt(chi^2))), which keeps its digits where it is small.</summary>
    public double ChiSquareP => 2 * Normal.CDF(0, 1, -Math.Sqrt(ChiSquare));

    /// <summary>Of two models' hits.</summary>
    /// <param name="first">Whether the first was right, an entry an image.</param>
    /// <param name="second">Whether the second was, on the same images in the same order.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static McNemarTest Of(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        if (first.Length != second.Length)
        {
            throw new ArgumentException($"{first.Length} images are to be compared with {second.Length}", nameof(second));
        }

        long firstOnly = 0, secondOnly = 0;
        for (int i = 0; i < first.Length; i++)
        {
            firstOnly += first[i] && !second[i] ? 1 : 0;
            secondOnly += second[i] && !first[i] ? 1 : 0;
        }

        return new McNemarTest(firstOnly, secondOnly);
    }
}
