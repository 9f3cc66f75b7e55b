namespace StreamTrainer.Pipeline.Shards;

/// <summary>What <c>unpack</c> has written.</summary>
public sealed record UnpackResult
{
    /// <summary>Where the files lie.</summary>
    public required string Path { get; init; }

    /// <summary>Files that are there, those of earlier processes too.</summary>
    public required long Files { get; init; }

    /// <summary>Bytes of those that this process wrote.</summary>
    public required long Bytes { get; init; }

    /// <summary>Samples that could not be unpacked.</summary>
    public required IReadOnlyList<ShardFault> Faults { get; init; }
}
