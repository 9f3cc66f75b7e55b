using System.Text.Json.Serialization;
using StreamTrainer.Host.Statistics;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Evaluations;

/// <summary>A model's score on one test set at one test image.</summary>
internal sealed record Score
{
    /// <summary>val, real, v2, or another set's name.</summary>
    public required string Set { get; init; }

    /// <summary>The test image.</summary>
    public required EvaluationCell Cell { get; init; }

    /// <summary>Test-time augmentation.</summary>
    public required TestTimeAugmentation Tta { get; init; }

    /// <summary>Which weights.</summary>
    public required string Weights { get; init; }

    /// <summary>Images counted.</summary>
    public required int Count { get; init; }

    /// <summary>Images that have no right answer, and so are not counted.</summary>
    public required int Skipped { get; init; }

    /// <summary>Images that could not be used.</summary>
    public required int Bad { get; init; }

    /// <summary>Share of right first answers; Wilson's interval.</summary>
    public required Measure Top1 { get; init; }

    /// <summary>Share of images with a right answer among the first five; Wilson's interval.</summary>
    public required Measure Top5 { get; init; }

    /// <summary>Mean cross-entropy in nats; bootstrap. None where an image has several right answers.</summary>
    public Measure? Loss { get; init; }

    /// <summary>Expected calibration error by softmax; bootstrap.</summary>
    public required Measure Ece { get; init; }

    /// <summary>The reliability diagram: its bins with images.</summary>
    public required IReadOnlyList<CalibrationBin> Reliability { get; init; }

    /// <summary>Each class that has images, in the classifier's order; none where an image has several right answers.</summary>
    public IReadOnlyList<ClassScore>? Classes { get; init; }

    /// <summary>Pairs of classes that were confused, most often first; likewise.</summary>
    public IReadOnlyList<Confusion>? Confusions { get; init; }

    /// <summary>Whether each image was right, and its part in the comparison with another model: in the order of the images counted.</summary>
    [JsonIgnore]
    public ImageHits Hits { get; init; } = new([], [], [], null);
}

/// <summary>How often a class was recognised.</summary>
internal sealed record ClassScore([property: JsonPropertyName("class")] string Name, int Count, Measure Top1);

/// <summary>How often one class was taken for another.</summary>
/// <param name="Truth">What it was.</param>
/// <param name="Taken">What it was taken for.</param>
/// <param name="Count">How many images.</param>
/// <param name="Share">The share of the class's images.</param>
internal sealed record Confusion(string Truth, string Taken, int Count, Measure Share);
