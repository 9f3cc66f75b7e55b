using System.Text.Json.Serialization;
using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Host.Models;

/// <summary>A row of Table 3 of <i>ResNet strikes back</i> (arXiv 2110.00476): what an architecture took with A1, A2 and A3 on V100s of
/// 32 GB, and what came of it. The counts are not the paper's but this program's, so that nothing has to be built to plan.</summary>
internal sealed record PaperTraining
{
    /// <summary>The paper's name.</summary>
    public required string Architecture { get; init; }

    /// <summary>timm's name.</summary>
    public required string Name { get; init; }

    /// <summary>Trained numbers, for 1000 classes.</summary>
    public required long Parameters { get; init; }

    /// <summary>With A1 and A2.</summary>
    public required PaperResolution A12 { get; init; }

    /// <summary>With A3.</summary>
    public required PaperResolution A3 { get; init; }

    /// <summary>Hours of A1.</summary>
    public required double A1Hours { get; init; }

    /// <summary>Hours of A2.</summary>
    public required double A2Hours { get; init; }

    /// <summary>Hours of A3.</summary>
    public required double A3Hours { get; init; }

    /// <summary>Top-1 of A1, in percent.</summary>
    public required double A1Top1 { get; init; }

    /// <summary>Top-1 of A2.</summary>
    public required double A2Top1 { get; init; }

    /// <summary>Top-1 of A3.</summary>
    public required double A3Top1 { get; init; }

    /// <summary>Top-1 that its own publication has; none: it has none.</summary>
    public double? OriginalTop1 { get; init; }

    /// <summary>The three trainings of the row.</summary>
    [JsonIgnore]
    public IReadOnlyList<PaperCell> Cells =>
    [
        new PaperCell(Name, "A1", 600, A1Hours, A12.CostOf(Parameters), A12.Devices, A12.PeakGb),
        new PaperCell(Name, "A2", 300, A2Hours, A12.CostOf(Parameters), A12.Devices, A12.PeakGb),
        new PaperCell(Name, "A3", 100, A3Hours, A3.CostOf(Parameters), A3.Devices, A3.PeakGb),
    ];
}

/// <summary>An architecture at the resolution of a procedure.</summary>
/// <param name="TrainSize">Side of the training images.</param>
/// <param name="TestSize">Side of the test images.</param>
/// <param name="Devices">V100s that it was trained on.</param>
/// <param name="PeakGb">Most memory of one, in GB.</param>
/// <param name="Macs">Multiply-adds of a training image; counted here.</param>
/// <param name="Activations">Output elements of convolutions and linear layers; counted here.</param>
internal sealed record PaperResolution(int TrainSize, int TestSize, int Devices, double PeakGb, long Macs, long Activations)
{
    /// <summary>What an image costs.</summary>
    public ModelCost CostOf(long parameters) => new(TrainSize, parameters, Macs, Activations);
}

/// <summary>One training of Table 3.</summary>
/// <param name="Model">timm's name.</param>
/// <param name="Procedure">A1, A2 or A3.</param>
/// <param name="Epochs">Its epochs of ImageNet-1k.</param>
/// <param name="Hours">What it took.</param>
/// <param name="Cost">What a training image costs.</param>
/// <param name="Devices">V100s of 32 GB.</param>
/// <param name="PeakGb">Most memory of one.</param>
internal sealed record PaperCell(string Model, string Procedure, int Epochs, double Hours, ModelCost Cost, int Devices, double PeakGb)
{
    /// <summary>Images of ImageNet-1k's training set.</summary>
    public const long ImageNetImages = 1_281_167;

    /// <summary>Images of a step, over all devices.</summary>
    public const int Batch = 2048;

    /// <summary>Images of the whole training: whole steps only.</summary>
    public long Images => Epochs * (ImageNetImages / Batch) * Batch;

    /// <summary>Images that a device has at once.</summary>
    public int DeviceImages => Batch / Devices;

    /// <summary>What a device spends on an image, waiting and evaluations included.</summary>
    public double DeviceSeconds => Hours * 3600 * Devices / Images;
}
