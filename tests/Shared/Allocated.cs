namespace StreamTrainer.Tests;

/// <summary>What an action allocates on the managed heap of its own thread.</summary>
public static class Allocated
{
    /// <summary>Bytes of the cheapest of <paramref name="rounds"/> calls, which ends at the first that costs nothing. What an action
    /// allocates it allocates each time; the runtime, which compiles its code anew while it runs, books a kilobyte on the thread now and then.</summary>
    public static long Least(Action action, int rounds = 10)
    {
        ArgumentNullException.ThrowIfNull(action);
        long least = long.MaxValue;
        for (int round = 0; round < rounds && least > 0; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
