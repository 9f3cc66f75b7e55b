namespace StreamTrainer.Pipeline.Batching;

/// <summary>
/// Gives the ring its memory, so that the side that trains can make it what its device copies fastest (page-locked, or the
/// memory of a tensor). Called once a slot, before the first batch, from one thread.
/// </summary>
public interface IBatchMemory
{
    /// <summary>Memory for one slot, 64-byte aligned, at least <paramref name="bytes"/> long.</summary>
    BatchBuffer Allocate(long bytes);
}
