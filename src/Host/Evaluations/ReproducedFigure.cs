namespace StreamTrainer.Host.Evaluations;

/// <summary>A published figure and what was found here. Percent.</summary>
/// <param name="Procedure">a1, a2 or a3.</param>
/// <param name="Set">val, real or v2.</param>
/// <param name="Resolution">Side of the test image.</param>
/// <param name="CropPct">Crop percentage.</param>
/// <param name="Count">Images counted.</param>
/// <param name="Published">Top-1 as published.</param>
/// <param name="Found">Top-1 here, with the interval of other images of the kind. The same images are not to differ by chance.</param>
internal sealed record ReproducedFigure(string Procedure, string Set, int Resolution, double CropPct, int Count, double Published, Measure Found)
{
    /// <summary>Points that arithmetic (fp32, bf16, another processor) may change at a tie: 50 images of 50,000.</summary>
    public const double Tolerance = 0.1;

    /// <summary>Found less published.</summary>
    public double Difference => Found.Value - Published;

    /// <summary>Whether it is the published figure.</summary>
    public bool Agrees => Math.Abs(Difference) <= Tolerance;

    /// <summary>Of a score.</summary>
    public static ReproducedFigure Of(ReleasedModel model, ReleasedFigure figure, Score score) => new(
        model.Procedure, figure.Set, figure.Resolution, figure.CropPct, score.Count, figure.Top1,
        new Measure(100 * score.Top1.Value, 100 * score.Top1.Low, 100 * score.Top1.High));
}
