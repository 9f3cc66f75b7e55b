using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Each stage slowed on purpose is the one that is named: by the report, the metric and the log.</summary>
[Collection(nameof(Alone))]
public sealed class StallTests
{
    private const int BatchSize = 20, Batches = 40;

    [Fact]
    public void MoreWorkersThanCoresAreNeverAdvised()
    {
        foreach (StallCause cause in Enum.GetValues<StallCause>())
        {
            bool works = cause is StallCause.Decode or StallCause.Transform;
            Assert.Equal(works, cause.Advice(workers: 3, cores: 4).Contains("more data.workers may help (up to the 4 cores)", StringComparison.Ordinal));
            Assert.All(((int, int)[])[(4, 4), (9, 4), (1, 1)], machine => Assert.DoesNotContain("data.workers", cause.Advice(machine.Item1, machine.Item2), StringComparison.Ordinal));
            Assert.Equal(works, cause.Advice(workers: 4, cores: 4).StartsWith("all 4 cores work already", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(StallCause.Order)]
    [InlineData(StallCause.Source)]
    [InlineData(StallCause.Decode)]
    [InlineData(StallCause.Transform)]
    [InlineData(StallCause.Transfer)]
    public void TheSlowStageIsNamed(StallCause slow)
    {
        var log = new ListLogger();
        using var metric = new StallListener();
        StallReport report = Run(log, device: 1,
            read: slow == StallCause.Source ? 4 : 0, decode: slow == StallCause.Decode ? 4 : 0, transform: slow == StallCause.Transform ? 4 : 0,
            order: slow == StallCause.Order ? 80 : 0, transfer: slow == StallCause.Transfer ? 40 : 0);

        Assert.Equal(slow, report.Cause);
        Assert.True(report.Share > 0.3, report.ToString());
        Assert.True(report.SecondsOf(slow) > 0.6 * report.WaitedSeconds, string.Join(' ', report.Seconds));
        Assert.Equal(report.Seconds.Sum(entry => entry.Value), report.WaitedSeconds, 1e-9);
        // There are two workers.
        string advice = slow.Advice(2, Environment.ProcessorCount);
        Assert.Equal(advice, report.Advice);
        Assert.Contains($"of it for {slow.Label()}: {advice}", report.ToString(), StringComparison.Ordinal);

        Assert.Equal(slow.Label(), metric.Seconds.MaxBy(entry => entry.Value).Key);
        Assert.Equal(report.SecondsOf(slow), metric.Seconds[slow.Label()], 1e-6);
        Assert.Contains(log.Lines, line => line.StartsWith("Warning the trainer waited", StringComparison.Ordinal) && line.Contains($"most of it for {slow.Label()}: {advice}", StringComparison.Ordinal));
        Assert.Contains(log.Lines, line => line.StartsWith("Information the trainer waited", StringComparison.Ordinal) && line.EndsWith($"s of it for {slow.Label()}", StringComparison.Ordinal));
    }

    [Fact]
    public void ASlowDeviceIsNoStall()
    {
        var log = new ListLogger();
        using var metric = new StallListener();
        StallReport report = Run(log, device: 40, slots: 8);
        Assert.Null(report.Cause);
        Assert.EndsWith("the data is fast enough", report.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(log.Lines, line => line.Contains("waited", StringComparison.Ordinal));
        Assert.True(metric.Seconds.Values.Sum() < 0.02 * report.WatchedSeconds);
    }

    [Fact]
    public void ACopyToTheDeviceThatTakesLongIsTransfer()
    {
        using ImagePipeline pipeline = Flow.Watch(new FakeSource(BatchSize * 10), Flow.Plan(BatchSize), () => new FakeTransform(slow: false));
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            long start = Stopwatch.GetTimestamp();
            Thread.Sleep(10);
            pipeline.Copied(Stopwatch.GetTimestamp() - start);
            batch.Dispose();
        }

        Assert.Equal(StallCause.Transfer, pipeline.Stalls.Cause);
    }

    [Fact]
    public void FillingUpAtTheStartIsNoStall()
    {
        using ImagePipeline pipeline = Flow.Watch(new FakeSource(BatchSize * 3) { OnRead = _ => Thread.Sleep(1) }, Flow.Plan(BatchSize), () => new FakeTransform(slow: false));
        Assert.Equal((0, null), (pipeline.Stalls.WaitedSeconds, pipeline.Stalls.Cause));
        pipeline.Take(TestContext.Current.CancellationToken)!.Dispose();
        Assert.Equal(0, pipeline.Stalls.WaitedSeconds);
        Assert.True(pipeline.Stalls.StartupSeconds >= 0.009);
    }

    private static StallReport Run(ListLogger log, int device, int read = 0, int decode = 0, int transform = 0, int order = 0, int transfer = 0, int slots = 3)
    {
        var source = new FakeSource(BatchSize * 2) { OnRead = _ => Sleep(read) };
        PipelinePlan plan = Flow.Plan(BatchSize, epochs: Batches / 2);
        using ImagePipeline pipeline = Flow.Watch(source, plan, () => new SlowTransform(decode, transform), slots, logger: log, orderOf: epoch =>
        {
            Sleep(order);
            return plan.OrderOf(source.Count, epoch);
        });
        // Batches come back from the device's copies in order, each after a while, and meanwhile hold their slots.
        using var copying = new BlockingCollection<Batch>();
        var copier = new Thread(() =>
        {
            foreach (Batch batch in copying.GetConsumingEnumerable())
            {
                Sleep(transfer);
                batch.Dispose();
            }
        });
        copier.Start();
        while (pipeline.Take(CancellationToken.None) is { } batch)
        {
            copying.Add(batch);
            Sleep(device);
        }

        copying.CompleteAdding();
        copier.Join();
        StallReport report = pipeline.Stalls;
        return report;
    }

    private static void Sleep(int milliseconds)
    {
        if (milliseconds > 0)
        {
            Thread.Sleep(milliseconds);
        }
    }

    private sealed class SlowTransform(int decode, int transform) : IImageTransform
    {
        public ImageSize OutputSize => FakeTransform.Size;

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
        {
            long start = Stopwatch.GetTimestamp();
            Sleep(decode);
            long decoded = Stopwatch.GetTimestamp();
            Sleep(transform);
            timing = new TransformTiming(timing.DecodeTicks + decoded - start, timing.TransformTicks + Stopwatch.GetTimestamp() - decoded);
        }

        public void Dispose()
        {
        }
    }

    private sealed class StallListener : IDisposable
    {
        private readonly MeterListener _listener = new();

        public StallListener()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == PipelineMetrics.Name && instrument.Name == "streamtrainer.data.stall.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
                Seconds.AddOrUpdate((string)tags[0].Value!, value, (_, before) => before + value));
            _listener.Start();
        }

        public ConcurrentDictionary<string, double> Seconds { get; } = new();

        public void Dispose() => _listener.Dispose();
    }

    private sealed class ListLogger : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{logLevel} {formatter(state, exception)}");
    }
}
