using MathNet.Numerics.Distributions;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Evaluations;

/// <summary>
/// Top-1 on ImageNet-V2 as a line over top-1 on ImageNet's validation set, through the 25 architectures of the paper's Table 4 by least
/// squares. Nothing was chosen by V2: a model that lies below the line owes a part of its validation score to choices that were made by
/// the validation set. Percent.
/// </summary>
internal sealed class PaperLine
{
    private static readonly Lazy<PaperLine> s_line = new(() => new PaperLine(PaperTables.Table4));

    private readonly double _middle, _spread;
    private readonly int _count;

    private PaperLine(IReadOnlyList<PaperRow> rows)
    {
        _count = rows.Count;
        _middle = rows.Average(row => row.ValTop1);
        double middle = rows.Average(row => row.V2Top1);
        _spread = rows.Sum(row => (row.ValTop1 - _middle) * (row.ValTop1 - _middle));
        Slope = rows.Sum(row => (row.ValTop1 - _middle) * (row.V2Top1 - middle)) / _spread;
        Intercept = middle - Slope * _middle;
        Deviation = Math.Sqrt(rows.Sum(row => Math.Pow(row.V2Top1 - At(row.ValTop1), 2)) / (_count - 2));
        Low = rows.Min(row => row.ValTop1);
        High = rows.Max(row => row.ValTop1);
    }

    /// <summary>The line.</summary>
    public static PaperLine Instance => s_line.Value;

    /// <summary>Points of V2 a point of the validation set.</summary>
    public double Slope { get; }

    /// <summary>V2 where the validation set is 0; far outside what was measured.</summary>
    public double Intercept { get; }

    /// <summary>Standard deviation of the paper's models about it, n - 2 degrees of freedom.</summary>
    public double Deviation { get; }

    /// <summary>The lowest validation score in it.</summary>
    public double Low { get; }

    /// <summary>The highest.</summary>
    public double High { get; }

    /// <summary>V2 of a validation score.</summary>
    public double At(double val) => Intercept + Slope * val;

    /// <summary>Where 95 % of new models like the paper's lie: At(x) -/+ t s sqrt(1 + 1/n + (x - mean)^2 / sum of squares), t of n - 2
    /// degrees of freedom (Draper and Smith, "Applied regression analysis", 1998, section 3.1).</summary>
    public Interval Of(double val)
    {
        double t = StudentT.InvCDF(0, 1, _count - 2, (1 + Interval.Confidence) / 2);
        double half = t * Deviation * Math.Sqrt(1 + 1.0 / _count + (val - _middle) * (val - _middle) / _spread);
        return new Interval(At(val) - half, At(val) + half);
    }
}
