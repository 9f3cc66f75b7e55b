namespace StreamTrainer.Host.Evaluations;

/// <summary>An entry of a run's <c>evaluations/evaluation.json</c>: a test set scored at one resolution and crop. Shares are 0 to 1; ends are
/// those of 95 % intervals.</summary>
internal sealed record EvaluationRow
{
    /// <summary>val, real, v2, or another set's name.</summary>
    public required string Set { get; init; }

    /// <summary>Side of the test image.</summary>
    public required int Resolution { get; init; }

    /// <summary>Crop percentage.</summary>
    public required double CropPct { get; init; }

    /// <summary>Test-time augmentation: none, flip or flipTranslate.</summary>
    public required string Tta { get; init; }

    /// <summary>Which weights: best, last, a step; with -raw behind it, not their average.</summary>
    public required string Weights { get; init; }

    /// <summary>Images counted.</summary>
    public required long Count { get; init; }

    /// <summary>Images that could not be used.</summary>
    public required long Bad { get; init; }

    /// <summary>Share of right first answers.</summary>
    public required double Top1 { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public required double Top1Low { get; init; }

    /// <summary>Upper end.</summary>
    public required double Top1High { get; init; }

    /// <summary>Share of images with a right answer among the first five.</summary>
    public required double Top5 { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public required double Top5Low { get; init; }

    /// <summary>Upper end.</summary>
    public required double Top5High { get; init; }

    /// <summary>Mean cross-entropy in nats; none where an image has several right answers.</summary>
    public double? Loss { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public double? LossLow { get; init; }

    /// <summary>Upper end.</summary>
    public double? LossHigh { get; init; }

    /// <summary>Expected calibration error, 15 bins.</summary>
    public required double Ece { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public required double EceLow { get; init; }

    /// <summary>Upper end.</summary>
    public required double EceHigh { get; init; }

    /// <summary>The file of predictions beside this one; none: they could not be saved.</summary>
    public string? Predictions { get; init; }

    /// <summary>Whether two entries are of the same thing, so that the later takes the other's place.</summary>
    public bool IsOfTheSame(EvaluationRow other) =>
        (Set, Resolution, CropPct, Tta, Weights) == (other.Set, other.Resolution, other.CropPct, other.Tta, other.Weights);

    /// <summary>As it was scored.</summary>
    public static EvaluationRow Of(Score score, string? predictions) => new()
    {
        Set = score.Set,
        Resolution = score.Cell.Resolution,
        CropPct = score.Cell.CropPct,
        Tta = TtaName.Of(score.Tta),
        Weights = score.Weights,
        Count = score.Count,
        Bad = score.Bad,
        Top1 = score.Top1.Value,
        Top1Low = score.Top1.Low,
        Top1High = score.Top1.High,
        Top5 = score.Top5.Value,
        Top5Low = score.Top5.Low,
        Top5High = score.Top5.High,
        Loss = score.Loss?.Value,
        LossLow = score.Loss?.Low,
        LossHigh = score.Loss?.High,
        Ece = score.Ece.Value,
        EceLow = score.Ece.Low,
        EceHigh = score.Ece.High,
        Predictions = predictions,
    };
}
