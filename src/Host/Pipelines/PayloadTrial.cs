namespace StreamTrainer.Host.Pipelines;

/// <summary>A payload beside the original samples.</summary>
internal sealed record PayloadTrial
{
    /// <summary>What the samples were measured from: <c>original</c>, or the payload.</summary>
    public required string Payload { get; init; }

    /// <summary>Images a second, the median of the rounds.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Images a second over the originals', the median of the rounds.</summary>
    public required double Speedup { get; init; }

    /// <summary>Images a second of processor time.</summary>
    public required double ImagesPerCoreSecond { get; init; }

    /// <summary>Bytes over the originals'.</summary>
    public required double SizeRatio { get; init; }

    /// <summary>Cores' worth of work that the asked rate is; null: none was asked.</summary>
    public double? CoresForRate { get; init; }
}
