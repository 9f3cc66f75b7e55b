using Microsoft.Extensions.Logging.Abstractions;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Sources.Remote;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline;

/// <summary>
/// Counts what orders of an epoch ask of a disk or a server: the pipeline's own readers and prefetchers read the epoch's last
/// samples, and nothing is decoded. A remote source is read with a cache of its own, which is empty, so that what other runs have
/// brought here does not count.
/// </summary>
/// <param name="location">The training set, as the recipe names it.</param>
/// <param name="data">Readers, repeated augmentation.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="folder">An existing folder for what is read of remote files; the caller deletes it.</param>
/// <param name="limit">An order that takes longer is counted that far.</param>
public sealed class ReadSurvey(string location, DataOptions data, long seed, string folder, TimeSpan limit)
{
    /// <summary>Positions that are read at least, unless the epoch has fewer.</summary>
    public const long Wanted = 2048;

    /// <summary>Small batches, so that hardly a sample is left over at the epoch's end.</summary>
    private const int Batch = 16;

    private const long CacheLimit = 64L << 30;

    /// <summary>Counts each order, over the same number of samples.</summary>
    /// <param name="orders">The orders.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="UserErrorException">The source cannot be opened or read.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IReadOnlyList<ReadSurveyResult> Count(IReadOnlyList<Shuffle> orders, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(orders);
        long wanted = orders.Max(WantedOf);
        ReadSurveyResult[] results = [.. orders.Select(order => Count(order, wanted, stop))];
        // One that was cut says for how many there is time.
        long least = results.Min(result => result.Images);
        return least is 0 || results.All(result => result.Images == least)
            ? results
            : [.. results.Select((result, i) => result.Images == least ? result : Count(orders[i], least, stop))];
    }

    /// <summary>Where blocks are brought, whole windows are, so whole windows are counted.</summary>
    private long WantedOf(Shuffle order)
    {
        using ISampleSource source = Open();
        PipelinePlan plan = PlanOf(order, source);
        long positions = plan.BatchesPerEpoch(source.Count) * plan.BatchSize, start = Math.Max(0, positions - Wanted);
        if (order.Blocks && source.CanPrefetchBlocks)
        {
            BlockShuffle blocks = plan.BlocksOf(source.Count, 0);
            long views = Math.Max(1, data.AugRepeats);
            start = blocks.StartOf(blocks.WindowOf(start / views)) * views;
        }

        return positions - start;
    }

    private ReadSurveyResult Count(Shuffle order, long wanted, CancellationToken stop)
    {
        using ISampleSource source = Open();
        PipelinePlan plan = PlanOf(order, source);
        long batches = plan.BatchesPerEpoch(source.Count);
        plan = plan.After(Math.Max(0, batches - Math.Max(1, wanted / plan.BatchSize)), source.Count);
        using var time = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (limit > TimeSpan.Zero)
        {
            time.CancelAfter(limit);
        }
        else
        {
            time.Cancel();
        }

        using BlocksFirst? blocks = order.Blocks && source.CanPrefetchBlocks ? new BlocksFirst(source, order.Size) : null;
        ReadCounts before = source.Reads;
        bool cut = false;
        var pipeline = new ImagePipeline(
            (ISampleSource?)blocks ?? source, () => new Nothing(), data with { Shuffle = order, Workers = 1, RingMemory = null }, plan, new NativeBatchMemory(), NullLogger.Instance);
        try
        {
            while (pipeline.Take(time.Token) is { } batch)
            {
                batch.Dispose();
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            cut = true;
        }
        finally
        {
            // Its readers end what they have begun.
            blocks?.Free();
            pipeline.Dispose();
        }

        return new ReadSurveyResult(order.ToString(), pipeline.Statistics.Samples, source.Reads - before, IsRemote, cut);
    }

    private bool IsRemote => RemoteFiles.IsRemote(location);

    private PipelinePlan PlanOf(Shuffle order, ISampleSource source) =>
        PipelinePlan.ForTraining(seed, (int)Math.Min(Batch, source.Count), new ImageSize(1, 1), 1, 0, source.Count, data with { Shuffle = order });

    private ISampleSource Open()
    {
        RemoteOptions usual = RemoteOptions.Current;
        if (!IsRemote || !usual.Cached || (usual.Cache ?? RangeCache.Shared) is null)
        {
            return SampleSources.Open(location);
        }

        // Files keep the cache that they were opened with.
        RemoteOptions.Current = usual with { Cache = new RangeCache(Path.Combine(folder, Path.GetRandomFileName()), CacheLimit) };
        try
        {
            return SampleSources.Open(location);
        }
        finally
        {
            RemoteOptions.Current = usual;
        }
    }

    /// <summary>Leaves pixels as they are: only reading is looked at.</summary>
    private sealed class Nothing : IImageTransform
    {
        public ImageSize OutputSize => new(1, 1);

        public void Apply(EncodedSample sample, in SamplePlace place, Span<byte> destination, ref TransformTiming timing)
        {
        }

        public void Dispose()
        {
        }
    }
}
