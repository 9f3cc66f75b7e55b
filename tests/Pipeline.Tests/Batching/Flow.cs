using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Tests.Batching;

/// <summary>Short ways to run a pipeline.</summary>
internal static unsafe class Flow
{
    private const int SampleBytes = 24;

    public static PipelinePlan Plan(int batchSize, long epochs = 1, long seed = 3) =>
        new() { Seed = seed, BatchSize = batchSize, Epochs = epochs, ImageSize = FakeTransform.Size };

    public static ImagePipeline Open(ISampleSource source, PipelinePlan plan, int readers = 2, int workers = 2, int slots = 4, double maxBad = 1, Func<IImageTransform>? transform = null) =>
        new(source, transform ?? (() => new FakeTransform()),
            new DataOptions { Readers = readers, Workers = workers, MaxBadFraction = maxBad, RingMemory = new ByteSize((long)slots * plan.BatchSize * SampleBytes) },
            plan, new NativeBatchMemory(), NullLogger.Instance);

    /// <summary>A pipeline that is watched: by its log, with an order of its own, telling and changing its pace at once.</summary>
    public static ImagePipeline Watch(
        ISampleSource source, PipelinePlan plan, Func<IImageTransform> transform, int slots = 8, int? workers = 2, ILogger? logger = null, Func<long, EpochOrder>? orderOf = null) =>
        new(source, transform,
            new DataOptions { Workers = workers, RingMemory = new ByteSize((long)slots * plan.BatchSize * SampleBytes) },
            plan, new NativeBatchMemory(), logger ?? NullLogger.Instance, orderOf, TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(20));

    /// <summary>Everything that a pipeline gives, batch by batch.</summary>
    public static List<string> All(ImagePipeline pipeline)
    {
        var result = new List<string>();
        using (pipeline)
        {
            while (pipeline.Take(CancellationToken.None) is { } batch)
            {
                result.Add(Describe(batch));
                batch.Dispose();
            }
        }

        return result;
    }

    /// <summary>The bytes of a row.</summary>
    public static string Pixels(Batch batch, int row) =>
        Convert.ToHexString(new ReadOnlySpan<byte>(batch.Buffer.Pointer + row * SampleBytes, SampleBytes));

    public static string Describe(Batch batch) =>
        $"{batch.Epoch}.{batch.IndexInEpoch}: {string.Join(',', batch.Labels.Take(batch.Count))} {string.Join(',', batch.Indices.Take(batch.Count))} "
        + Convert.ToHexString(new ReadOnlySpan<byte>(batch.Buffer.Pointer, batch.Count * SampleBytes));
}
