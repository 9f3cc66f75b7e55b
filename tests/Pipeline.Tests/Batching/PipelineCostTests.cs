using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Tests.Decoding;
using Xunit;

namespace StreamTrainer.Pipeline.Tests.Batching;

[Collection(nameof(Alone))]
public sealed class PipelineCostTests
{
    [Fact]
    public void AnImageCostsHardlyAnyManagedMemory()
    {
        const int Batches = 1000, BatchSize = 32;
        var source = new FakeSource(BatchSize * 100);
        using ImagePipeline pipeline = Flow.Open(source, Flow.Plan(BatchSize, epochs: 1000), transform: () => new FakeTransform(slow: false));
        Take(100);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        Take(Batches);
        double perImage = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)(Batches * BatchSize);
        Assert.True(perImage < 300, $"{perImage} bytes an image");

        void Take(int count)
        {
            for (int i = 0; i < count; i++)
            {
                pipeline.Take(CancellationToken.None)!.Dispose();
            }
        }
    }

    [Fact]
    public void AHugeIndexCostsNothingAtTheStart()
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        using ImagePipeline pipeline = Flow.Open(new FakeSource(1_281_167), Flow.Plan(64));
        using Batch batch = pipeline.Take(TestContext.Current.CancellationToken)!;
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 1 << 20);
    }

    [Fact]
    public void TheBooksAgreeWithWhatWasDone()
    {
        using ImagePipeline pipeline = Flow.Open(new FakeSource(95), Flow.Plan(10) with { Evaluation = true });
        while (pipeline.Take(TestContext.Current.CancellationToken) is { } batch)
        {
            batch.Dispose();
        }

        Assert.Equal(95, pipeline.Statistics.Samples);
        Assert.Equal(95 * 9, pipeline.Statistics.Bytes);
        Dictionary<string, double> stages = pipeline.Statistics.Stages.ToDictionary();
        Assert.Equal(95 * 3, stages["decode"] * System.Diagnostics.Stopwatch.Frequency, 0.01);
        Assert.Equal(95 * 4, stages["transform"] * System.Diagnostics.Stopwatch.Frequency, 0.01);
        Assert.True(stages["read"] > 0);
    }
}
