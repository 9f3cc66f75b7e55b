using CsCheck;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Transforms;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

public sealed class PipelineTests
{
    [Fact]
    public void BatchesAreTheSameForAnyNumberOfThreadsAndSlots()
    {
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 40], Gen.Int[1, 3], Gen.Int[1, 4], Gen.Int[1, 6], Gen.Int[2, 5], Gen.Bool, Gen.Int[0, 20])
            .Where((count, batchSize, _, _, _, _, evaluation, _) => evaluation || batchSize <= count)
            .Sample((count, batchSize, epochs, readers, workers, slots, evaluation, bad) =>
            {
                var source = new FakeSource(count)
                {
                    Unreadable = [.. Enumerable.Range(0, bad).Select(i => (long)(i * 17))],
                    Corrupt = [.. Enumerable.Range(0, bad / 2).Select(i => (long)(i * 11 + 3))],
                };
                if (count < 60)
                {
                    source = new FakeSource(count);
                }

                PipelinePlan plan = Flow.Plan(batchSize, epochs) with { Evaluation = evaluation };
                List<string> alone = Flow.All(Flow.Open(source, plan, 1, 1, 2, transform: () => new FakeTransform(slow: false)));
                Assert.Equal(plan.BatchesPerEpoch(count) * epochs, alone.Count);
                Assert.Equal(alone, Flow.All(Flow.Open(source, plan, readers, workers, slots)));
            }, iter: 60, threads: 1);
    }

    [Fact]
    public void APipelineThatStartsLaterGivesTheRest()
    {
        Gen.Select(Gen.Int[10, 120], Gen.Int[1, 10], Gen.Int[0, 40], Gen.Int[1, 3]).Sample((count, batchSize, step, workers) =>
        {
            var source = new FakeSource(count) { Corrupt = [1, 5] };
            long batches = Flow.Plan(batchSize).BatchesPerEpoch(count);
            long epochs = step / batches + 2;
            List<string> whole = Flow.All(Flow.Open(source, PipelinePlan.ForTraining(3, batchSize, FakeTransform.Size, epochs, 0, count)));
            List<string> rest = Flow.All(Flow.Open(source, PipelinePlan.ForTraining(3, batchSize, FakeTransform.Size, epochs, step, count), workers: workers));
            Assert.Equal(whole.Skip(step), rest);
        }, iter: 40, threads: 1);
    }

    [Fact]
    public void AnEpochHasEverySampleOnceInItsOwnOrder()
    {
        var source = new FakeSource(100);
        var epochs = new List<long>[3];
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10, 3));
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            (epochs[batch.Epoch] ??= []).AddRange(batch.Indices);
            Assert.Equal(batch.Indices.Select(source.LabelOf), batch.Labels.Select(label => (int)label));
            batch.Dispose();
        }

        Assert.All(epochs, epoch => Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
    }

    [Fact]
    public void BadSamplesAreReplacedByTheirPlaceAloneAndToldOnce()
    {
        var source = new FakeSource(50) { Unreadable = [3, 4], Corrupt = [10, 11, 12] };
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10, 4));
        int replaced = 0;
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            EpochOrder order = EpochOrder.Shuffled(50, 3, batch.Epoch);
            for (int i = 0; i < batch.Count; i++)
            {
                long position = batch.IndexInEpoch * 10 + i, expected = order[position];
                if (source.Unreadable.Contains(expected) || source.Corrupt.Contains(expected))
                {
                    replaced++;
                    var draws = new SampleRandom(3, batch.Epoch, position, RandomStream.Replacement);
                    do
                    {
                        expected = (long)(draws.Next() * 50);
                    }
                    while (source.Unreadable.Contains(expected) || source.Corrupt.Contains(expected));
                }

                Assert.Equal(expected, batch.Indices[i]);
                Assert.Equal(source.LabelOf(expected), batch.Labels[i]);
            }

            batch.Dispose();
        }

        Assert.Equal(20, replaced);
        var told = new List<BadSample>();
        while (pipeline.TryTakeBad(out BadSample bad))
        {
            told.Add(bad);
        }

        Assert.Equal([3, 4, 10, 11, 12], told.Select(bad => bad.Index).Order());
        Assert.Equal("cannot be read: bad sector", told.Single(bad => bad.Index == 3).Reason);
        Assert.Equal(new BadSample(10, "fake/10", "corrupt"), told.Single(bad => bad.Index == 10));
    }

    [Fact]
    public unsafe void AnEvaluationLeavesBadSamplesOut()
    {
        var source = new FakeSource(25) { Corrupt = [7] };
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10) with { Evaluation = true });
        var seen = new List<(long, long)>();
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            Assert.Equal(batch.IndexInEpoch == 2 ? 5 : 10, batch.Count);
            seen.AddRange(Enumerable.Range(0, batch.Count).Select(i => (batch.Indices[i], batch.Labels[i])));
            if (batch.IndexInEpoch == 0)
            {
                Assert.Equal(-1, new ReadOnlySpan<byte>(batch.Buffer.Pointer + 7 * 24, 24).IndexOfAnyExcept((byte)0));
            }

            batch.Dispose();
        }

        Assert.Equal(Enumerable.Range(0, 25).Select(i => ((long)i, i == 7 ? -1L : i % 7)), seen);
    }

    [Theory]
    [InlineData(0.0, 1, true)]
    [InlineData(0.0, 0, false)]
    [InlineData(0.05, 5, false)]
    [InlineData(0.05, 6, true)]
    [InlineData(0.001, 1, false)]
    [InlineData(0.001, 2, true)]
    public void TooManyBadSamplesStopTheRun(double limit, int bad, bool stops)
    {
        var source = new FakeSource(100) { Corrupt = [.. Enumerable.Range(0, bad).Select(i => (long)(i * 13))] };
        ImagePipeline pipeline = Flow.Open(source, Flow.Plan(10, 3), maxBad: limit);
        if (!stops)
        {
            Assert.Equal(30, Flow.All(pipeline).Count);
            return;
        }

        var error = Assert.Throws<UserErrorException>(() => Flow.All(pipeline));
        Assert.StartsWith($"fake: {bad} of 100 samples cannot be used, more than data.maxBadFraction", error.Message, StringComparison.Ordinal);
        Assert.Contains(": corrupt.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TooFewSamplesForABatchAreAMistakeOfTheUsers()
    {
        var error = Assert.Throws<UserErrorException>(() => Flow.Open(new FakeSource(9), Flow.Plan(10)));
        Assert.Equal("train.batchSize: 10 is more than the 9 training samples; lower it to at most 9", error.Message);
    }
}
