namespace StreamTrainer.Model.Distributed;

/// <summary>
/// What the processes of a run do together. Every rank calls the same members in the same order with the same sizes, or all wait for
/// each other for ever. One thread at a time on each rank, unless a member says otherwise; numbers lie in the CPU's memory.
/// </summary>
public unsafe interface ICollectives : IDisposable
{
    /// <summary>This process's number, from 0.</summary>
    int Rank { get; }

    /// <summary>How many processes there are.</summary>
    int Size { get; }

    /// <summary>Puts the sum over all ranks in the place of each number; to the bit the same on all ranks.</summary>
    /// <param name="values">The first number.</param>
    /// <param name="count">How many numbers.</param>
    /// <param name="type">What they are. Sums of half-precision numbers are rounded at every rank that they pass.</param>
    void Sum(void* values, long count, NumberType type);

    /// <summary>Puts rank 0's bytes in the place of everybody's.</summary>
    void Broadcast(void* bytes, long count);

    /// <summary>Every rank's bytes on every rank, by rank; they may be of different lengths.</summary>
    IReadOnlyList<byte[]> Gather(ReadOnlySpan<byte> bytes);

    /// <summary>Some of the ranks, for themselves; all ranks ask together.</summary>
    /// <param name="number">Ranks that give the same number are together, in the order of their ranks.</param>
    ICollectives Part(int number);

    /// <summary>Waits until all ranks have come here.</summary>
    void Barrier();
}
