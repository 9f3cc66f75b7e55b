using System.Diagnostics;

namespace StreamTrainer.Perf.Harness;

/// <summary>User and system time of this process, all threads together: what a busy neighbour cannot change much.</summary>
internal static class CpuTime
{
    /// <summary>Seconds so far.</summary>
    public static double Seconds
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    /// <summary>Seconds that <paramref name="work"/> takes.</summary>
    public static double Of(Action work)
    {
        double start = Seconds;
        work();
        return Seconds - start;
    }
}
