using CsCheck;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>However it ends, it ends: no thread hangs, no error is lost.</summary>
public sealed class PipelineEndingTests
{
    [Fact]
    public void CanBeDisposedOfAtAnyTime()
    {
        Gen.Select(Gen.Int[0, 12], Gen.Int[1, 3], Gen.Int[1, 4], Gen.Bool).Sample((taken, readers, workers, keep) =>
        {
            ImagePipeline pipeline = Flow.Open(new FakeSource(200), Flow.Plan(10, 5), readers, workers);
            Batch? last = null;
            for (int i = 0; i < taken; i++)
            {
                last?.Dispose();
                last = pipeline.Take(CancellationToken.None);
            }

            if (!keep)
            {
                last?.Dispose();
            }

            pipeline.Dispose();
            last?.Dispose();
            pipeline.Dispose();
        }, iter: 60, threads: 1);
    }

    [Fact]
    public void ABatchGivenBackTwiceIsInTheRingOnce()
    {
        using ImagePipeline pipeline = Flow.Open(new FakeSource(100), Flow.Plan(10, 4), slots: 2);
        var seen = new List<string>();
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            seen.Add(Flow.Describe(batch));
            batch.Dispose();
            batch.Dispose();
        }

        Assert.Equal(Flow.All(Flow.Open(new FakeSource(100), Flow.Plan(10, 4))), seen);
    }

    [Fact]
    public async Task ACancelledWaitLosesNoBatch()
    {
        using var gate = new ManualResetEventSlim();
        var source = new FakeSource(40) { OnRead = index => gate.Wait() };
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10), 1, 1);
        using var cancelled = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Run(() => pipeline.Take(cancelled.Token), TestContext.Current.CancellationToken));
        gate.Set();
        for (int i = 0; i < 4; i++)
        {
            using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
            Assert.Equal(i, batch.IndexInEpoch);
        }

        Assert.Null(pipeline.Take(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void AnErrorOfTheProgramSaysWhereItHappened(int workers)
    {
        var source = new FakeSource(100) { OnRead = index => _ = index == 42 ? throw new InvalidCastException("a bug") : 0 };
        var error = Assert.Throws<InvalidOperationException>(() => Flow.All(Flow.Open(source, Flow.Plan(10, 2), workers: workers)));
        Assert.Equal("reading fake/42 failed: a bug", error.Message);
        Assert.IsType<InvalidCastException>(error.InnerException);

        error = Assert.Throws<InvalidOperationException>(() => Flow.All(Flow.Open(new FakeSource(100), Flow.Plan(10), workers: workers, transform: () => new Broken())));
        Assert.Equal("decoding fake/17 failed: another bug", error.Message);
    }

    [Fact]
    public void ATransformThatCannotBeMadeIsToldAsItIs()
    {
        var error = Assert.Throws<UserErrorException>(() => Flow.All(Flow.Open(new FakeSource(10), Flow.Plan(10), transform: () => throw new UserErrorException("no library"))));
        Assert.Equal("no library", error.Message);
    }

    [Fact]
    public void BatchesBeforeAnErrorStillCome()
    {
        long bad = EpochOrder.Shuffled(100, 3, 0)[95];
        using var gate = new ManualResetEventSlim();
        var source = new FakeSource(100) { OnRead = index => _ = index == bad && gate.Wait(5000) ? throw new InvalidCastException("late") : 0 };
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10, 1), slots: 10);
        for (int i = 0; i < 9; i++)
        {
            using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
            Assert.Equal(i, batch.IndexInEpoch);
        }

        gate.Set();
        Assert.Throws<InvalidOperationException>(() => pipeline.Take(TestContext.Current.CancellationToken));
    }

    private sealed class Broken : IImageTransform
    {
        public ImageSize OutputSize => FakeTransform.Size;

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing) =>
            _ = place.Index == 17 ? throw new InvalidCastException("another bug") : 0;

        public void Dispose()
        {
        }
    }
}
