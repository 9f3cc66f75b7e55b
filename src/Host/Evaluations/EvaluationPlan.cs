using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>What is to be scored, as the command line says it.</summary>
internal sealed record EvaluationPlan
{
    /// <summary>The test sets in order: val or another name, real, v2.</summary>
    public required IReadOnlyList<string> Sets { get; init; }

    /// <summary>Where each set's images are, by <see cref="TestSet.ImagesOf"/>.</summary>
    public required IReadOnlyDictionary<string, string> Locations { get; init; }

    /// <summary>ReaL's file of labels, where it is asked for.</summary>
    public string? RealFile { get; init; }

    /// <summary>Sides of the test image; none: the recipe's.</summary>
    public IReadOnlyList<int>? Resolutions { get; init; }

    /// <summary>Crop percentages; none: the recipe's.</summary>
    public IReadOnlyList<double>? Crops { get; init; }

    /// <summary>Test-time augmentation; none: the recipe's.</summary>
    public TestTimeAugmentation? Tta { get; init; }

    /// <summary>Whether norms are folded into the convolutions.</summary>
    public bool Fold { get; init; }

    /// <summary>Where predictions are kept; none: with the run, or in the cache.</summary>
    public string? Save { get; init; }

    /// <summary>The test images of a recipe.</summary>
    public IReadOnlyList<EvaluationCell> CellsOf(EvaluationOptions recipe) =>
        [.. (Resolutions ?? [recipe.Size]).SelectMany(side => (Crops ?? [recipe.CropPct]).Select(crop => new EvaluationCell(side, crop)))];
}
