using System.Diagnostics;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>What a pipeline's threads did, summed over all of them. Written once a group of samples, read at any time.</summary>
public sealed class PipelineStatistics
{
    private long _samples, _bytes, _readTicks, _decodeTicks, _transformTicks, _readerWaitTicks, _workerWaitTicks, _ringFullTicks;

    /// <summary>Samples written into batches.</summary>
    public long Samples => Volatile.Read(ref _samples);

    /// <summary>Bytes read.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Seconds by stage over all threads, in the order of the data's way: reading; readers waiting for workers;
    /// waiting for a free slot (the trainer is slower than the data: good); decoding; transforming; workers waiting for bytes.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Stages =>
    [
        KeyValuePair.Create("read", Seconds(ref _readTicks)),
        KeyValuePair.Create("read: waiting for workers", Seconds(ref _readerWaitTicks)),
        KeyValuePair.Create("read: ring full", Seconds(ref _ringFullTicks)),
        KeyValuePair.Create("decode", Seconds(ref _decodeTicks)),
        KeyValuePair.Create("transform", Seconds(ref _transformTicks)),
        KeyValuePair.Create("workers: waiting for bytes", Seconds(ref _workerWaitTicks)),
    ];

    /// <summary>Ticks of decoding and of transforming so far.</summary>
    internal (long Decode, long Transform) WorkTicks => (Volatile.Read(ref _decodeTicks), Volatile.Read(ref _transformTicks));

    internal void Read(int samples, long bytes, long ticks, long waitTicks, long ringFullTicks)
    {
        Interlocked.Add(ref _bytes, bytes);
        Interlocked.Add(ref _readTicks, ticks);
        Interlocked.Add(ref _readerWaitTicks, waitTicks);
        Interlocked.Add(ref _ringFullTicks, ringFullTicks);
        PipelineMetrics.Read(samples, bytes, ticks);
    }

    internal void Transformed(int samples, in TransformTiming timing, long waitTicks)
    {
        Interlocked.Add(ref _samples, samples);
        Interlocked.Add(ref _decodeTicks, timing.DecodeTicks);
        Interlocked.Add(ref _transformTicks, timing.TransformTicks);
        Interlocked.Add(ref _workerWaitTicks, waitTicks);
        PipelineMetrics.Transformed(samples, timing);
    }

    private static double Seconds(ref long ticks) => Volatile.Read(ref ticks) / (double)Stopwatch.Frequency;
}
