using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Evaluations;

/// <summary>"Is it overfitting": a model's score on ImageNet-V2 beside the one that the paper's models have at its validation score
/// (<see cref="PaperLine"/>). Percent.</summary>
/// <param name="Cell">The test image.</param>
/// <param name="Val">Top-1 on the validation set.</param>
/// <param name="V2">Top-1 on ImageNet-V2, with its interval.</param>
/// <param name="Expected">V2 on the paper's line, with the interval in which a model like the paper's lies.</param>
/// <param name="Verdict">below, on or above the line; outside, where the paper has no model near.</param>
internal sealed record OverfittingCheck(EvaluationCell Cell, double Val, Measure V2, Measure Expected, LineVerdict Verdict)
{
    /// <summary>How far outside the paper's validation scores its line still means something, in points.</summary>
    private const double Margin = 2;

    /// <summary>Judges.</summary>
    public static OverfittingCheck Of(Score val, Score v2)
    {
        PaperLine line = PaperLine.Instance;
        double at = 100 * val.Top1.Value;
        Interval expected = line.Of(at);
        var found = new Measure(100 * v2.Top1.Value, 100 * v2.Top1.Low, 100 * v2.Top1.High);
        // Off the line is what chance in V2's images does not bring back to it.
        LineVerdict verdict = at < line.Low - Margin || at > line.High + Margin ? LineVerdict.Outside
            : found.High < expected.Low ? LineVerdict.Below
            : found.Low > expected.High ? LineVerdict.Above
            : LineVerdict.On;
        return new OverfittingCheck(val.Cell, at, found, Measure.Of(line.At(at), expected), verdict);
    }
}

/// <summary>Where a model lies to the paper's line.</summary>
internal enum LineVerdict
{
    /// <summary>Where the paper's models lie.</summary>
    On,

    /// <summary>Lower on V2 than they.</summary>
    Below,

    /// <summary>Higher on V2 than they.</summary>
    Above,

    /// <summary>The paper has no model with such a validation score.</summary>
    Outside,
}
