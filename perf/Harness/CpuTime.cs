namespace StreamTrainer.Perf.Harness;

/// <summary>User and system time of this process, all threads together: what a busy neighbour cannot change much.</summary>
internal static class CpuTime
{
    /// <summary>Seconds so far, to the microsecond (a process's times in <c>/proc</c> are to the hundredth of a second).</summary>
    public static double Seconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>Seconds that <paramref name="work"/> takes.</summary>
    public static double Of(Action work)
    {
        double start = Seconds;
        work();
        return Seconds - start;
    }
}
