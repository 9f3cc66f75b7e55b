namespace StreamTrainer.Host.Plans;

/// <summary>What a run will take: what <c>plan --json</c> prints.</summary>
internal sealed record RunPlan
{
    /// <summary>The recipe's file.</summary>
    public required string Recipe { get; init; }

    /// <summary>Its network.</summary>
    public required string Model { get; init; }

    /// <summary>How many devices, each a rank.</summary>
    public required int Devices { get; init; }

    /// <summary>Which device.</summary>
    public required string Device { get; init; }

    /// <summary>Epochs.</summary>
    public required int Epochs { get; init; }

    /// <summary>Side of the training images.</summary>
    public required int TrainSize { get; init; }

    /// <summary>Images of a step.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Samples of the training set.</summary>
    public required long Samples { get; init; }

    /// <summary>What set that is.</summary>
    public required string SamplesOf { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public required long StepsPerEpoch { get; init; }

    /// <summary>Steps of the run.</summary>
    public required long Steps { get; init; }

    /// <summary>Images that it trains on.</summary>
    public required long Images { get; init; }

    /// <summary>Hours of the run.</summary>
    public double Hours { get; init; }

    /// <summary><see cref="Published"/>, <see cref="Scaled"/> or <see cref="Measured"/>.</summary>
    public string Source { get; init; } = "";

    /// <summary>Where the hours come from, in a sentence.</summary>
    public string Basis { get; init; } = "";

    /// <summary>Those of them that evaluations take; none: the figure does not tell them apart.</summary>
    public double? EvaluationHours { get; init; }

    /// <summary>How far such predictions of hours are off on Table 3; none: it is none.</summary>
    public PredictionErrors? Errors { get; init; }

    /// <summary>Images a second that all devices together train on.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Images that a device has at once.</summary>
    public required int DeviceImages { get; init; }

    /// <summary>Most memory of a device, in GB; none: this system does not tell.</summary>
    public double? PeakGb { get; init; }

    /// <summary>Where that comes from, as <see cref="Source"/>.</summary>
    public string? PeakSource { get; init; }

    /// <summary>A device's memory, in GB; none: it is not told.</summary>
    public double? DeviceGb { get; init; }

    /// <summary>Whether the one fits into the other.</summary>
    public bool? Fits => PeakGb is { } peak && DeviceGb is { } all ? peak <= all : null;

    /// <summary>What the training set needs to feed the devices, and its size, by how it is stored.</summary>
    public IReadOnlyList<FeedNeed> Feeds { get; init; } = [];

    /// <summary>What a device costs an hour.</summary>
    public double? Price { get; init; }

    /// <summary>What the run costs.</summary>
    public double? Cost => Price * Devices * Hours;

    /// <summary>What predictions are worth, where it was asked for.</summary>
    public LeftOut? LeftOut { get; init; }

    /// <summary>What is assumed, and what does not fit.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The figure of a table.</summary>
    public const string Published = "published";

    /// <summary>Made from the table's figures.</summary>
    public const string Scaled = "scaled";

    /// <summary>Measured on this machine.</summary>
    public const string Measured = "measured";
}

/// <summary>A training set as it may be stored.</summary>
/// <param name="Stored"><c>original</c>, or the payload of a pack.</param>
/// <param name="ImagesPerCoreSecond">Images that a core makes a second, measured on this machine.</param>
/// <param name="Cores">Cores' worth of work that feeds the devices.</param>
/// <param name="WholeCores">Whole cores.</param>
/// <param name="SizeGb">What the set takes on a disk, in 10^9 bytes.</param>
internal sealed record FeedNeed(string Stored, double ImagesPerCoreSecond, double Cores, int WholeCores, double SizeGb);
