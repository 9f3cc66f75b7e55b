using CsCheck;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Tests.Decoding;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Nobody waits for anybody who is slower, as far as the ring reaches.</summary>
[Collection(nameof(Alone))]
public sealed class FlowTests
{
    private const int BatchSize = 40, Slots = 6;

    /// <summary>Long enough for any machine; reached only where the test fails.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ASlowImageDelaysItsBatchAlone(bool read)
    {
        using var gate = new ManualResetEventSlim();
        long slow = EpochOrder.Shuffled(BatchSize * 20, 3, 0)[BatchSize + 3];
        void Hold(long index)
        {
            if (index == slow)
            {
                gate.Wait();
            }
        }

        var source = new FakeSource(BatchSize * 20) { OnRead = read ? Hold : null };
        using ImagePipeline pipeline = Flow.Watch(source, Flow.Plan(BatchSize), () => new Held(read ? _ => { } : Hold), Slots);
        using (Batch first = pipeline.Take(TestContext.Current.CancellationToken)!)
        {
            Assert.Equal(0, first.IndexInEpoch);
        }

        // The second batch lacks a group of at most five images, all others that the ring has room for are filled.
        int all = BatchSize * (Slots + 1);
        Assert.True(SpinWait.SpinUntil(() => pipeline.Statistics.Samples >= all - 5, s_patience), $"{pipeline.Statistics.Samples} of {all}");
        Assert.InRange(pipeline.Statistics.Samples, all - 5, all - 1);
        Task<Batch?> second = Task.Run(() => pipeline.Take(CancellationToken.None), TestContext.Current.CancellationToken);
        Assert.False(second.IsCompleted);
        gate.Set();
        (await second)!.Dispose();
        for (int i = 2; i < 20; i++)
        {
            using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
            Assert.Equal(i, batch.IndexInEpoch);
        }
    }

    [Fact]
    public void TheNextEpochsFirstBatchesAreThereBeforeTheLastStepOfTheOldOneEnds()
    {
        const int PerEpoch = 3, Epochs = 12;
        using ImagePipeline pipeline = Flow.Watch(new FakeSource(BatchSize * PerEpoch), Flow.Plan(BatchSize, Epochs), () => new FakeTransform(), Slots);
        for (int taken = 0; taken < PerEpoch * Epochs; taken++)
        {
            // The device works on the batch taken before: meanwhile the ring fills, whatever epoch it is in.
            long filled = BatchSize * (long)Math.Min(taken + Slots, PerEpoch * Epochs);
            Assert.True(SpinWait.SpinUntil(() => pipeline.Statistics.Samples == filled, s_patience), $"{pipeline.Statistics.Samples} of {filled} after {taken}");
            using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
            Assert.Equal((taken / PerEpoch, taken % PerEpoch), (batch.Epoch, batch.IndexInEpoch));
        }

        Assert.Equal(0, pipeline.Stalls.WaitedSeconds);
    }

    [Fact]
    public void WorkersAreAsManyAsTheDeviceNeeds()
    {
        Gen.Select(Gen.Int[1, 64], Gen.Int[3, 64]).Sample((most, slots) =>
        {
            var pace = new WorkerPace(most, slots);
            Assert.Equal(most, pace.Active);
            // Never waited, always full: one.
            for (int i = 0; i < most; i++)
            {
                pace.Next(0, slots - 1);
            }

            Assert.Equal(1, pace.Active);
            // Waited: all of them again, within a few periods.
            for (int i = 0; i < 12; i++)
            {
                pace.Next(0.2, slots - 1);
            }

            Assert.Equal(most, pace.Active);
        });
        Gen.Select(Gen.Int[1, 64], Gen.Int[2, 64], Gen.Select(Gen.Double[0, 1], Gen.Int[0, 64]).Array[1, 40]).Sample((most, slots, periods) =>
        {
            var pace = new WorkerPace(most, slots);
            foreach ((double waited, int ready) in periods)
            {
                Assert.InRange(pace.Next(waited, Math.Min(ready, slots)), 1, most);
            }
        });
        var half = new WorkerPace(8, 18);
        Assert.Equal(7, half.Next(0, 16));
        Assert.Equal([7, 7, 7], Enumerable.Range(0, 3).Select(_ => half.Next(0, 8)));
    }

    [Fact]
    public void ASlowDeviceSendsWorkersAwayAndAFastOneCallsThemBack()
    {
        int cores = Environment.ProcessorCount;
        var source = new FakeSource(BatchSize * 10);
        using ImagePipeline pipeline = Flow.Watch(source, Flow.Plan(BatchSize, 100_000), () => new Held(_ => Thread.Sleep(1)), Slots, workers: null);
        Assert.Equal(cores, pipeline.ActiveWorkers);
        Take(() => pipeline.ActiveWorkers == 1, pause: true);
        Take(() => pipeline.ActiveWorkers == cores, pause: false);

        void Take(Func<bool> until, bool pause)
        {
            long deadline = Environment.TickCount64 + (long)s_patience.TotalMilliseconds;
            while (!until())
            {
                Assert.True(Environment.TickCount64 < deadline, $"{pipeline.ActiveWorkers} workers");
                long filled = pipeline.Statistics.Samples;
                pipeline.Take(CancellationToken.None)!.Dispose();
                if (pause)
                {
                    // Until the ring is full again.
                    SpinWait.SpinUntil(() => pipeline.Statistics.Samples >= filled + BatchSize, 200);
                    Thread.Sleep(5);
                }
            }
        }
    }

    private sealed class Held(Action<long> hold) : IImageTransform
    {
        public ImageSize OutputSize => FakeTransform.Size;

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing) => hold(place.Index);

        public void Dispose()
        {
        }
    }
}
