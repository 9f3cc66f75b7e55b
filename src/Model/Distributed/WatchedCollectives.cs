namespace StreamTrainer.Model.Distributed;

/// <summary>Collectives that show to a <see cref="RankPulse"/> when this rank waits for the others.</summary>
/// <param name="inner">The collectives; disposed of.</param>
/// <param name="pulse">Is shown it.</param>
public sealed unsafe class WatchedCollectives(ICollectives inner, RankPulse pulse) : ICollectives
{
    /// <inheritdoc/>
    public int Rank => inner.Rank;

    /// <inheritdoc/>
    public int Size => inner.Size;

    /// <inheritdoc/>
    public void Sum(void* values, long count, NumberType type)
    {
        pulse.Turn();
        inner.Sum(values, count, type);
        pulse.Turn();
    }

    /// <inheritdoc/>
    public void Broadcast(void* bytes, long count)
    {
        pulse.Turn();
        inner.Broadcast(bytes, count);
        pulse.Turn();
    }

    /// <inheritdoc/>
    public IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> bytes)
    {
        pulse.Turn();
        IReadOnlyList<byte[]> all = inner.Gather(bytes);
        pulse.Turn();
        return all;
    }

    /// <inheritdoc/>
    public ICollectives Part(int number)
    {
        pulse.Turn();
        ICollectives part = inner.Part(number);
        pulse.Turn();
        return new WatchedCollectives(part, pulse);
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        pulse.Turn();
        inner.Barrier();
        pulse.Turn();
    }

    /// <inheritdoc/>
    public void Dispose() => inner.Dispose();
}
