namespace StreamTrainer.Host.Pipelines;

/// <summary>What a pipeline can do by itself, as <c>bench pipeline</c> measured it.</summary>
internal sealed record PipelineBenchReport
{
    /// <summary>The training set.</summary>
    public required string Source { get; init; }

    /// <summary>Its samples.</summary>
    public required long Samples { get; init; }

    /// <summary>Side of the images that are made, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>Samples of a batch.</summary>
    public required int BatchSize { get; init; }

    /// <summary>How an epoch is shuffled.</summary>
    public required string Shuffle { get; init; }

    /// <summary>Worker threads.</summary>
    public required int Workers { get; init; }

    /// <summary>Cores that this process may use.</summary>
    public required int Cores { get; init; }

    /// <summary>Images a second that came out, with a taker that does nothing but take.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images a second of processor time, all threads together.</summary>
    public required double ImagesPerCoreSecond { get; init; }

    /// <summary>The stage that limits: what a taker that takes at once waits for.</summary>
    public required string? Limit { get; init; }

    /// <summary>What helps.</summary>
    public required string? Advice { get; init; }

    /// <summary>Seconds by stage, over all threads.</summary>
    public required IReadOnlyDictionary<string, double> Stages { get; init; }

    /// <summary>Images that were measured.</summary>
    public required long Images { get; init; }

    /// <summary>The rate that was asked about, in images a second; null: none.</summary>
    public double? Rate { get; init; }

    /// <summary>Cores' worth of work that this rate is.</summary>
    public double? CoresForRate { get; init; }

    /// <summary>Whole cores that this rate needs.</summary>
    public int? CoresNeeded => CoresForRate is { } cores ? Whole(cores) : null;

    /// <summary>What is read an image, in the recipe's order first.</summary>
    public IReadOnlyList<OrderReads> Reads { get; init; } = [];

    /// <summary>What packing brings.</summary>
    public PackTrialResult? Pack { get; init; }

    /// <summary>Cores that can do so much work; what rounding of a measurement adds is none.</summary>
    public static int Whole(double cores) => Math.Max(1, (int)Math.Ceiling(cores - 1e-9));
}
