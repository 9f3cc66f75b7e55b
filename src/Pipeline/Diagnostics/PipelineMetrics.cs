using System.Diagnostics;
using System.Diagnostics.Metrics;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>
/// All metrics of this project. None of the names is in OpenTelemetry's semantic conventions, which know no data pipelines
/// yet; units are UCUM's. Times are means over a group of samples; nothing is recorded where no one listens.
/// </summary>
public static class PipelineMetrics
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "StreamTrainer.Pipeline";

    private static readonly Meter s_meter = new(Name);

    private static readonly InstrumentAdvice<double> s_buckets = new()
    {
        HistogramBucketBoundaries = [0.00001, 0.00003, 0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10],
    };

    private static readonly Histogram<double> s_read = s_meter.CreateHistogram(
        "streamtrainer.data.read.duration", "s", "Time to read a sample's bytes.", advice: s_buckets);

    private static readonly Histogram<double> s_decode = s_meter.CreateHistogram(
        "streamtrainer.data.decode.duration", "s", "Time to decode a sample.", advice: s_buckets);

    private static readonly Histogram<double> s_transform = s_meter.CreateHistogram(
        "streamtrainer.data.transform.duration", "s", "Time to crop, resize and augment a sample.", advice: s_buckets);

    private static readonly Histogram<double> s_wait = s_meter.CreateHistogram(
        "streamtrainer.data.wait.duration", "s", "Time that the trainer waited for a batch.", advice: s_buckets);

    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>(
        "streamtrainer.data.read.bytes", "By", "Bytes read from the source.");

    private static readonly Counter<long> s_samples = s_meter.CreateCounter<long>(
        "streamtrainer.data.samples", "{sample}", "Samples written into batches.");

    private static readonly Counter<long> s_bad = s_meter.CreateCounter<long>(
        "streamtrainer.data.bad_samples", "{sample}", "Samples that could not be used.");

    private static readonly InstrumentAdvice<long> s_counts = new() { HistogramBucketBoundaries = [0, 1, 2, 4, 8, 16, 32, 64] };

    private static readonly Histogram<long> s_ready = s_meter.CreateHistogram(
        "streamtrainer.data.ring.ready", "{batch}", "Filled batches that were there when the trainer asked for one.", advice: s_counts);

    private static readonly Histogram<long> s_queued = s_meter.CreateHistogram(
        "streamtrainer.data.queue.groups", "{group}", "Groups of samples read that waited for a worker when the trainer took a batch.", advice: s_counts);

    private static readonly Counter<double> s_stall = s_meter.CreateCounter<double>(
        "streamtrainer.data.stall.duration", "s", "Time that the trainer waited for a stage, after its first batch.");

    private static readonly Gauge<long> s_workers = s_meter.CreateGauge<long>(
        "streamtrainer.data.workers", "{thread}", "Workers that decode and augment now.");

    private static readonly KeyValuePair<string, object?>[] s_causes =
        [.. Enum.GetValues<StallCause>().Select(cause => KeyValuePair.Create("cause", (object?)cause.Label()))];

    /// <summary>Activities: the opening of a pipeline.</summary>
    public static ActivitySource Activities { get; } = new(Name);

    internal static void Stalled(StallCause cause, double seconds) => s_stall.Add(seconds, s_causes[(int)cause]);

    internal static void Workers(int active) => s_workers.Record(active);

    internal static void Read(int samples, long bytes, long ticks)
    {
        s_bytes.Add(bytes);
        if (s_read.Enabled)
        {
            s_read.Record(ticks / (double)Stopwatch.Frequency / samples);
        }
    }

    internal static void Transformed(int samples, in TransformTiming timing)
    {
        s_samples.Add(samples);
        if (samples == 0)
        {
            return;
        }

        if (s_decode.Enabled)
        {
            s_decode.Record(timing.DecodeTicks / (double)Stopwatch.Frequency / samples);
        }

        if (s_transform.Enabled)
        {
            s_transform.Record(timing.TransformTicks / (double)Stopwatch.Frequency / samples);
        }
    }

    internal static void BadSample() => s_bad.Add(1);

    internal static void Taken(double waitSeconds, int ready, int queued)
    {
        if (s_wait.Enabled)
        {
            s_wait.Record(waitSeconds);
        }

        if (s_ready.Enabled)
        {
            s_ready.Record(ready);
        }

        if (s_queued.Enabled)
        {
            s_queued.Record(queued);
        }
    }
}
