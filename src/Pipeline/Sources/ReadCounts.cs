namespace StreamTrainer.Pipeline.Sources;

/// <summary>What a source has asked for since it was opened; what opening it read is not in it.</summary>
/// <param name="Requests">Reads of local files, requests to a server.</param>
/// <param name="Seeks">Reads that a disk has to seek for: those of local files that begin before the end of that file's last read, or
/// more than a page behind it. Reading the same bytes again is none: the system still has them.</param>
/// <param name="Bytes">Bytes that came.</param>
public readonly record struct ReadCounts(long Requests, long Seeks, long Bytes)
{
    /// <summary>What was asked for between two looks.</summary>
    public static ReadCounts operator -(ReadCounts after, ReadCounts before) =>
        new(after.Requests - before.Requests, after.Seeks - before.Seeks, after.Bytes - before.Bytes);

    /// <summary>The same by name.</summary>
    public static ReadCounts Subtract(ReadCounts after, ReadCounts before) => after - before;
}
