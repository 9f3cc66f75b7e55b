namespace StreamTrainer.Host.Evaluations;

/// <summary>What <c>eval --json</c> prints. The first figures are those of the first score, for whoever asked for one only.</summary>
/// <param name="Top1">Share of right first answers.</param>
/// <param name="Top5">Share of images with a right answer among the first five.</param>
/// <param name="Loss">Mean cross-entropy; none of ReaL.</param>
/// <param name="Samples">Images counted.</param>
/// <param name="BadSamples">Images that could not be used.</param>
/// <param name="Weights">The file.</param>
/// <param name="Data">Where the images of the first score are.</param>
/// <param name="Folder">Where predictions and <c>evaluation.json</c> are.</param>
/// <param name="Scores">All scores.</param>
internal sealed record EvaluationAnswer(
    double Top1, double Top5, double? Loss, long Samples, long BadSamples, string Weights, string Data, string Folder, IReadOnlyList<Score> Scores)
{
    /// <summary>The other model, where one was named.</summary>
    public string? AgainstWeights { get; init; }

    /// <summary>Its scores.</summary>
    public IReadOnlyList<Score>? AgainstScores { get; init; }

    /// <summary>The first less the second, set by set.</summary>
    public IReadOnlyList<PairedComparison>? Comparisons { get; init; }

    /// <summary>Where validation set and ImageNet-V2 were both scored.</summary>
    public IReadOnlyList<OverfittingCheck>? Overfitting { get; init; }

    /// <summary>Puts together.</summary>
    public static EvaluationAnswer Of(ModelEvaluation model, EvaluationPlan plan, IReadOnlyList<Score> scores, ModelEvaluation? against, IReadOnlyList<Score>? others)
    {
        Score first = scores[0];
        OverfittingCheck[] checks = [.. scores.Where(score => score.Set == TestSet.Val)
            .SelectMany(val => scores.Where(v2 => v2.Set == TestSet.V2 && v2.Cell == val.Cell).Select(v2 => OverfittingCheck.Of(val, v2)))];
        return new EvaluationAnswer(
            first.Top1.Value, first.Top5.Value, first.Loss?.Value, first.Count, first.Bad, model.Weights.File, plan.Locations[TestSet.ImagesOf(first.Set)], model.Folder, scores)
        {
            AgainstWeights = against?.Weights.File,
            AgainstScores = others,
            // Both have the same sets, and as many test images.
            Comparisons = others is null ? null : [.. scores.Zip(others, PairedComparison.Of)],
            Overfitting = checks.Length > 0 ? checks : null,
        };
    }
}
