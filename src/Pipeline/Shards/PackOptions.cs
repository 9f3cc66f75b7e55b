namespace StreamTrainer.Pipeline.Shards;

/// <summary>How shards are made. Who goes on with them must say the same.</summary>
public sealed record PackOptions
{
    /// <summary>Bytes of a payload file where nothing else is said.</summary>
    public const long DefaultShardSize = 1L << 30;

    /// <summary>JPEG quality of what <c>--max-side</c> shrinks where none is given.</summary>
    public const int DefaultQuality = 90;

    /// <summary>What JPEGs become.</summary>
    public ShardPayload Payload { get; init; } = ShardPayload.Coefficients;

    /// <summary>Most bytes of a payload file; a sample larger than that has one for itself.</summary>
    public long ShardSize { get; init; } = DefaultShardSize;

    /// <summary>Images with a longer side are shrunk to this many pixels first; none: no image is.</summary>
    public int? MaxSide { get; init; }

    /// <summary>Images are encoded anew as JPEGs of this quality first; none: only those that are shrunk, at
    /// <see cref="DefaultQuality"/>.</summary>
    public int? Quality { get; init; }

    /// <summary>Whether pixels may differ from the source's.</summary>
    public bool Lossy => MaxSide is not null || Quality is not null;
}
