namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>Causes of stalls for people and for metrics.</summary>
public static class StallCauses
{
    /// <summary>The cause's name, as it stands in tables, in <c>summary.json</c>, in logs and as a metric's tag.</summary>
    public static string Label(this StallCause cause) => cause switch
    {
        StallCause.Order => "order",
        StallCause.Source => "source",
        StallCause.Decode => "decode",
        StallCause.Transform => "transform",
        StallCause.Transfer => "transfer",
        _ => throw new ArgumentOutOfRangeException(nameof(cause)),
    };

    /// <summary>What helps where so many workers run on so many cores: never more of them than cores.</summary>
    /// <param name="cause">What was waited for.</param>
    /// <param name="workers">Worker threads that there are.</param>
    /// <param name="cores">Cores that the process may use.</param>
    public static string Advice(this StallCause cause, int workers, int cores)
    {
        bool room = workers < cores;
        string working = cores == 1 ? "the only core works" : $"all {cores} cores work";
        return cause switch
        {
            StallCause.Decode when room => $"more data.workers may help (up to the {cores} cores), or smaller images",
            StallCause.Transform when room => $"more data.workers may help (up to the {cores} cores)",
            StallCause.Decode => $"{working} already; packing, smaller images or more cores may help",
            StallCause.Transform => $"{working} already; more cores may help",
            StallCause.Order => "other processes may take the cores",
            StallCause.Source => "more data.readers or a faster disk may help",
            StallCause.Transfer => "a larger data.ringMemory or a smaller batch may help",
            _ => throw new ArgumentOutOfRangeException(nameof(cause)),
        };
    }
}
