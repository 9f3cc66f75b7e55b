namespace StreamTrainer.Pipeline.Shards;

/// <summary>What <c>pack --verify</c> has looked at and found.</summary>
public sealed record VerifyResult
{
    /// <summary>Where the shards lie.</summary>
    public required string Path { get; init; }

    /// <summary>Samples whose checksums were compared.</summary>
    public long Samples { get; init; }

    /// <summary>Samples that could not be read: those of a file that is missing or of another size, of bytes that the disk does
    /// not give. Nothing is known of them; they are no part of <see cref="Samples"/>.</summary>
    public long NotRead { get; init; }

    /// <summary>Bytes that were read of the shards.</summary>
    public long Bytes { get; init; }

    /// <summary>Samples that were compared with the source.</summary>
    public long Compared { get; init; }

    /// <summary>Whether nothing is wrong.</summary>
    public bool Sound => Faults.Count == 0;

    /// <summary>What is wrong, by file and place.</summary>
    public required IReadOnlyList<ShardFault> Faults { get; init; }
}
