using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A payload file in the address space: samples borrow its bytes. Behind each there are <see cref="EncodedSample.Slack"/>
/// more, because the file ends with zeros (<see cref="ShardLayout"/>) and its size was compared with the index.</summary>
internal sealed unsafe class MappedShard(MappedFile file) : IShardBytes
{
    private ReadMeter _meter = new();
    private readonly ReadAhead _ahead = new(file.Length);

    /// <inheritdoc/>
    public ReadMeter Meter
    {
        set => _meter = value;
    }

    /// <inheritdoc/>
    public bool CanPrefetchBlocks => OperatingSystem.IsLinux();

    /// <inheritdoc/>
    public void Prefetch(ReadOnlySpan<(long Offset, int Length)> ranges)
    {
        if (CanPrefetchBlocks && ranges.Length > 0)
        {
            long start = ranges[0].Offset, bytes = ranges[^1].Offset + ranges[^1].Length - start;
            file.Ahead(start, bytes);
            _ahead.Announce(_meter, start, bytes);
        }
    }

    /// <inheritdoc/>
    public void Read(long offset, int length, EncodedSample sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        file.Populate(offset, Math.Min(length + (long)EncodedSample.Slack, file.Length - offset));
        _ahead.Read(_meter, offset, length);
        sample.Borrow(file.Handle, file.Pointer + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
