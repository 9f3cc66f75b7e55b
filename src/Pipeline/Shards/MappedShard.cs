using StreamTrainer.Pipeline.Files;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>A payload file in the address space: samples borrow its bytes. Behind each there are <see cref="EncodedSample.Slack"/>
/// more, because the file ends with zeros (<see cref="ShardLayout"/>) and its size was compared with the index.</summary>
internal sealed unsafe class MappedShard(MappedFile file) : IShardBytes
{
    private ReadMeter? _meter;
    private long _end = ReadMeter.Nowhere;

    /// <inheritdoc/>
    public ReadMeter Meter
    {
        set => _meter = value;
    }

    /// <inheritdoc/>
    public void Read(long offset, int length, EncodedSample sample)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        file.Populate(offset, Math.Min(length + (long)EncodedSample.Slack, file.Length - offset));
        _meter?.Read(ref _end, offset, length);
        sample.Borrow(file.Handle, file.Pointer + offset, length);
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
