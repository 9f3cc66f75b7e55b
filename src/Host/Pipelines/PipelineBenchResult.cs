namespace StreamTrainer.Host.Pipelines;

/// <summary>What a pipeline can do by itself, as <c>bench pipeline</c> measured it.</summary>
internal sealed record PipelineBenchResult
{
    /// <summary>The training set.</summary>
    public required string Source { get; init; }

    /// <summary>How it is shuffled.</summary>
    public required string Shuffle { get; init; }

    /// <summary>Worker threads.</summary>
    public required int Workers { get; init; }

    /// <summary>Images a second that came out, with a taker that does nothing but take.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images a second of processor time, all threads together.</summary>
    public required double ImagesPerCoreSecond { get; init; }

    /// <summary>Bytes read from the source, an image.</summary>
    public required double BytesPerImage { get; init; }

    /// <summary>Share of neighbouring reads that are not of neighbouring samples, an image: seeks of a disk without a cache.</summary>
    public required double SeeksPerImage { get; init; }

    /// <summary>The stage that limits: what a taker that takes at once waits for.</summary>
    public required string? Limit { get; init; }

    /// <summary>Seconds by stage, over all threads.</summary>
    public required IReadOnlyDictionary<string, double> Stages { get; init; }

    /// <summary>Images.</summary>
    public required long Images { get; init; }

    /// <summary>The rate that was asked about; null: none.</summary>
    public double? Rate { get; init; }

    /// <summary>Cores that this rate needs.</summary>
    public double? CoresForRate { get; init; }
}
