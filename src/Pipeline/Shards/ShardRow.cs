using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>What the index says of a sample, its name aside.</summary>
internal readonly record struct ShardRow
{
    /// <summary>Where its payload begins in its file.</summary>
    public long Offset { get; init; }

    /// <summary>Bytes of its payload.</summary>
    public int Length { get; init; }

    /// <summary>Bytes from the payload's begin by which a reader of ranges knows what a crop needs; all of them where it needs all.</summary>
    public int Head { get; init; }

    /// <summary>Its class.</summary>
    public int Label { get; init; }

    /// <summary>Pixels across, as stored (before any orientation); 0 where nobody could tell.</summary>
    public int Width { get; init; }

    /// <summary>Pixels down.</summary>
    public int Height { get; init; }

    /// <summary>A JPEG's sampling factors, a byte a component from the lowest, horizontal in the upper half: 0x111122 is
    /// 4:2:0; 0 where it is no JPEG.</summary>
    public uint Sampling { get; init; }

    /// <summary>What the payload is.</summary>
    public PayloadKind Kind { get; init; }

    /// <summary>EXIF's orientation, 1 to 8.</summary>
    public byte Orientation { get; init; }

    /// <summary>CRC-32C of the payload.</summary>
    public uint Checksum { get; init; }

    /// <summary>Bytes that the source had for it.</summary>
    public int SourceLength { get; init; }

    /// <summary>CRC-32C of those.</summary>
    public uint SourceChecksum { get; init; }
}
