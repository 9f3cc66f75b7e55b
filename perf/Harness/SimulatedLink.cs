using System.Diagnostics;
using StreamTrainer.Model.Distributed;

namespace StreamTrainer.Perf.Harness;

/// <summary>
/// A link between ranks that there is none of: a piece takes as long as a ring of them needs for its bytes, pieces go one after another
/// beside the computing, and nothing is summed up.
/// </summary>
/// <param name="bytesPerSecond">What the link carries in each direction.</param>
/// <param name="ranks">The ranks in the ring.</param>
/// <param name="elementSize">Bytes that an element is sent as.</param>
internal sealed class SimulatedLink(double bytesPerSecond, int ranks, int elementSize) : IBucketReducer
{
    /// <summary>What a piece takes besides its bytes: a message to each neighbour and back, of some microseconds.</summary>
    private const double SecondsPerHop = 10e-6;

    private long _free;

    /// <summary>Seconds that the link was busy.</summary>
    public double Busy { get; private set; }

    /// <inheritdoc/>
    public void Reduce(GradientBucket bucket)
    {
        // A ring's all-reduce sends 2 (n - 1) / n of the bytes over each link, in as many hops (Patarasuk, Yuan, "Bandwidth optimal
        // all-reduce algorithms for clusters of workstations", 2009).
        int hops = 2 * (ranks - 1);
        double seconds = hops * (SecondsPerHop + (double)bucket.Count * elementSize / ranks / bytesPerSecond);
        Busy += seconds;
        _free = Math.Max(_free, Stopwatch.GetTimestamp()) + (long)(seconds * Stopwatch.Frequency);
    }

    /// <inheritdoc/>
    public void Complete() => SimulatedDevice.Until(_free);

    /// <inheritdoc/>
    public void Dispose() { }
}
