namespace StreamTrainer.Pipeline.Shards;

/// <summary>A column of the index: for each sample an unsigned little-endian number.</summary>
/// <param name="Name">What it is called in the file.</param>
/// <param name="Width">Bytes of a number.</param>
/// <param name="Place">Its place among all.</param>
internal sealed record ShardColumn(string Name, int Width, int Place)
{
    public static readonly ShardColumn
        Offset = new("offset", 8, 0), Length = new("length", 4, 1), Head = new("head", 4, 2), Label = new("label", 4, 3),
        Across = new("width", 4, 4), Down = new("height", 4, 5), Sampling = new("sampling", 4, 6), Kind = new("kind", 1, 7),
        Orientation = new("orientation", 1, 8), Checksum = new("crc32c", 4, 9), SourceLength = new("sourceLength", 4, 10),
        SourceChecksum = new("sourceCrc32c", 4, 11), NameEnd = new("nameEnd", 4, 12);

    /// <summary>All of them, in their places.</summary>
    public static IReadOnlyList<ShardColumn> All { get; } =
        [Offset, Length, Head, Label, Across, Down, Sampling, Kind, Orientation, Checksum, SourceLength, SourceChecksum, NameEnd];
}
