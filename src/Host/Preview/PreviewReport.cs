using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Preview;

/// <summary>What a recipe does to some samples: what <c>preview --json</c> prints, and all that stands on its page but the pictures.</summary>
internal sealed record PreviewReport
{
    /// <summary>The recipe's file, or the run's directory, as the user named it.</summary>
    public required string Recipe { get; init; }

    /// <summary>The recipe's own sentence about itself.</summary>
    public required string Description { get; init; }

    /// <summary>The page that was written; none where none was.</summary>
    public string? Page { get; init; }

    /// <summary>The training set.</summary>
    public required string Source { get; init; }

    /// <summary>Samples of the training set.</summary>
    public required long TrainSamples { get; init; }

    /// <summary>Its classes.</summary>
    public required int Classes { get; init; }

    /// <summary>The run's seed: draws depend on it.</summary>
    public required long Seed { get; init; }

    /// <summary>Epochs of the recipe, counted from 0.</summary>
    public required long Epochs { get; init; }

    /// <summary>Samples of a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required long StepsPerEpoch { get; init; }

    /// <summary>Side of the training images, in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>The samples.</summary>
    public required IReadOnlyList<PreviewSample> Samples { get; init; }
}

/// <summary>One row of a training batch.</summary>
internal sealed record PreviewSample
{
    /// <summary>The sample's index in the training set.</summary>
    public required long Sample { get; init; }

    /// <summary>Its path inside the training set.</summary>
    public required string Name { get; init; }

    /// <summary>Its class's name.</summary>
    public required string ClassName { get; init; }

    /// <summary>Its class's number.</summary>
    public required int Label { get; init; }

    /// <summary>The epoch, from 0.</summary>
    public required long Epoch { get; init; }

    /// <summary>The position in the epoch.</summary>
    public required long Position { get; init; }

    /// <summary>All positions of the epoch that show the sample: several by repeated augmentation.</summary>
    public required IReadOnlyList<long> Positions { get; init; }

    /// <summary>The step that trains on it, from 0 in the run.</summary>
    public required long Step { get; init; }

    /// <summary>The batch of the epoch, from 0.</summary>
    public required long Batch { get; init; }

    /// <summary>The row of the batch, from 0.</summary>
    public required int Row { get; init; }

    /// <summary>The loss of the row by itself; only in a replay of its step.</summary>
    public double? Loss { get; init; }

    /// <summary>The samples that cannot be used: this one, and then stand-ins that were tried; none where it can.</summary>
    public IReadOnlyList<BadSample>? Bad { get; init; }

    /// <summary>The sample that stands in for this one, where it cannot be used: all below is that one's.</summary>
    public PreviewOther? StandIn { get; init; }

    /// <summary>Size of the image.</summary>
    public required ImageSize Image { get; init; }

    /// <summary>The part of the image that is used.</summary>
    public required CropBox Crop { get; init; }

    /// <summary>The size that it is resized to.</summary>
    public required ImageSize ResizedTo { get; init; }

    /// <summary>The part of that which is taken; none: all of it.</summary>
    public CropBox? Window { get; init; }

    /// <summary>How far the window is moved over the reflected border; none where it is not.</summary>
    public PreviewShift? Shift { get; init; }

    /// <summary>The resize's filter.</summary>
    public required Interpolation Interpolation { get; init; }

    /// <summary>Whether it is mirrored, left to right.</summary>
    public required bool Flip { get; init; }

    /// <summary>Operations of RandAugment or AutoAugment in their order; none where the recipe has no policy.</summary>
    public IReadOnlyList<DrawnOperation>? AutoAugment { get; init; }

    /// <summary>Operations of colour jitter in their order; none where the recipe has none.</summary>
    public IReadOnlyList<DrawnOperation>? ColorJitter { get; init; }

    /// <summary>What is added to red, green and blue, for pixels in 0..1; none where the recipe has no lighting.</summary>
    public IReadOnlyList<float>? Lighting { get; init; }

    /// <summary>Erased rectangles; none where the recipe erases nothing.</summary>
    public IReadOnlyList<CropBox>? Erased { get; init; }

    /// <summary>What they are filled with.</summary>
    public ErasingMode? ErasingMode { get; init; }

    /// <summary>How it is mixed; none where it is not.</summary>
    public PreviewMix? Mix { get; init; }

    /// <summary>SHA-256 of the batch's bytes, <c>[height, width, 3]</c>, 8-bit RGB: two replays that agree are the same pixels.</summary>
    public required string Sha256 { get; init; }
}

/// <summary>Another sample.</summary>
internal sealed record PreviewOther(long Sample, string Name, string ClassName, int Label);

/// <summary>A shift, in pixels.</summary>
internal sealed record PreviewShift(int Right, int Down);

/// <summary>How a row is mixed with its partner.</summary>
/// <param name="Kind"><c>mixup</c> or <c>cutmix</c>.</param>
/// <param name="Lambda">The share that it keeps of itself.</param>
/// <param name="Box">The box that comes from the partner, of cutmix.</param>
/// <param name="Row">The partner's row of the batch.</param>
/// <param name="Partner">The partner.</param>
internal sealed record PreviewMix(string Kind, double Lambda, CropBox? Box, int Row, PreviewOther Partner);
