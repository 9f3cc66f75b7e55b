using System.Diagnostics;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline;

/// <summary>
/// From a source to batches of pixels, by threads of its own:
/// <code>
/// ISampleSource ─▶ GroupDispatcher ─▶ SampleReader × readers ─▶ SampleWorker × workers ─▶ BatchRing ─▶ Take
///  bytes by index   which comes when    bytes, in groups          decode, augment, write     in order
/// </code>
/// A batch is the same bytes for any number of readers, workers and slots, and wherever the plan starts.
/// </summary>
public sealed class ImagePipeline : IDisposable
{
    private const int LeastSlots = 2, MostSlots = 64, MostInGroup = 16;
    private const long DefaultRingBytes = 512L << 20;

    /// <summary>How far samples of a remote source are brought to this machine before they are due: 200 MB of ImageNet.</summary>
    private const int PrefetchedSamples = 2048;

    /// <summary>Longest time between two looks at what is waited for, in milliseconds.</summary>
    private const int LongestPause = 20;

    private static readonly TimeSpan s_stallWindow = TimeSpan.FromSeconds(30), s_pacePeriod = TimeSpan.FromMilliseconds(500);

    private readonly BatchRing _ring;
    private readonly StageQueue<SampleGroup> _empty, _full;
    private readonly SampleGroup[] _groups;
    private readonly BadSamples _bad;
    private readonly List<Thread> _threads = [];
    private readonly StallMeter _stalls;
    private readonly WorkerGate _gate;
    private readonly PaceKeeper? _pace;
    private readonly IPrefetcher? _prefetcher;
    private ExceptionDispatchInfo? _failure;
    private readonly int _workers, _readers, _queueCapacity;
    private readonly SlowSamples _slow = new();
    private bool _disposed;

    // Since the last look at how full it is; the taker's thread.
    private long _readySum, _queuedSum, _taken;

    // The batch whose wait was cancelled: it is still the next.
    private RingSlot? _pending;

    /// <summary>Starts a pipeline; its threads begin to work at once.</summary>
    /// <param name="source">Where samples come from; not disposed.</param>
    /// <param name="transform">Makes a worker's transform, on the worker's thread.</param>
    /// <param name="data">Readers, workers, memory, the limit of bad samples.</param>
    /// <param name="plan">Which batches.</param>
    /// <param name="memory">Where the ring's memory comes from.</param>
    /// <param name="logger">Where the log goes.</param>
    /// <exception cref="UserErrorException">There are too few samples for a batch.</exception>
    public ImagePipeline(ISampleSource source, Func<IImageTransform> transform, DataOptions data, PipelinePlan plan, IBatchMemory memory, ILogger logger)
        : this(source, transform, data, plan, memory, logger, null, s_stallWindow, s_pacePeriod)
    {
    }

    /// <summary>A pipeline whose order is another function, or that tells of stalls and changes its pace more often: for tests.</summary>
    internal ImagePipeline(
        ISampleSource source, Func<IImageTransform> transform, DataOptions data, PipelinePlan plan, IBatchMemory memory, ILogger logger,
        Func<long, EpochOrder>? orderOf, TimeSpan stallWindow, TimeSpan pacePeriod)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(memory);
        using Activity? activity = PipelineMetrics.Activities.StartActivity("open pipeline");
        BatchesPerEpoch = plan.BatchesPerEpoch(source.Count);
        int sampleBytes = checked(3 * plan.ImageSize.Width * plan.ImageSize.Height);
        long wanted = (data.RingMemory?.Bytes ?? DefaultRingBytes) / ((long)plan.BatchSize * sampleBytes);
        long needed = Math.Max(LeastSlots, BatchesPerEpoch * (plan.Epochs - plan.StartEpoch));
        _ring = new BatchRing(memory, (int)Math.Clamp(Math.Min(wanted, needed), LeastSlots, MostSlots), plan.BatchSize, sampleBytes);

        int readers = data.Readers ?? source.Readers;
        int workers = data.Workers ?? Environment.ProcessorCount;
        // Enough groups in a batch that all workers share its end; enough in flight that none waits for another.
        int groupSize = Math.Clamp(plan.BatchSize / (4 * workers), 1, MostInGroup);
        int queued = 2 * workers;
        (_readers, _workers, _queueCapacity) = (readers, workers, queued);
        _groups = [.. Enumerable.Range(0, readers + workers + queued).Select(_ => new SampleGroup(groupSize))];
        _empty = new StageQueue<SampleGroup>(_groups.Length);
        _full = new StageQueue<SampleGroup>(queued);
        Array.ForEach(_groups, _empty.PutNow);

        _bad = new BadSamples(source, data.MaxBadFraction);
        _stalls = new StallMeter(logger, () => Statistics.WorkTicks, workers, stallWindow);
        _gate = new WorkerGate(workers);
        _pace = data.Workers is null ? new PaceKeeper(_gate, new WorkerPace(workers, _ring.Slots), pacePeriod, logger) : null;
        orderOf ??= epoch => plan.OrderOf(source.Count, epoch);
        _prefetcher = plan.Shuffle.Blocks && !plan.Evaluation ? source.CanPrefetchBlocks ? new BlockPrefetcher(plan, source) : null
            : !source.CanPrefetch ? null
            : new Prefetcher(plan, source, orderOf, readers * groupSize, PrefetchedSamples);
        var dispatcher = new GroupDispatcher(plan, source.Count, _ring, groupSize, orderOf, _prefetcher);
        for (int i = 0; _prefetcher is not null && i < readers / 2; i++)
        {
            Start($"prefetcher {i}", _prefetcher.Run);
        }

        for (int i = 0; i < readers; i++)
        {
            Start($"reader {i}", new SampleReader(source, dispatcher, _empty, _full, Statistics, _slow).Run);
        }

        for (int i = 0; i < workers; i++)
        {
            Start($"worker {i}", new SampleWorker(source, plan, transform, _full, _empty, _bad, Statistics, _gate, _slow, i).Run);
        }

        PipelineLog.Opened(logger, source.Name, readers, workers, _ring.Slots);
    }

    /// <summary>Batches of an epoch.</summary>
    public long BatchesPerEpoch { get; }

    /// <summary>What the threads did so far.</summary>
    public PipelineStatistics Statistics { get; } = new();

    /// <summary>What the trainer waited for so far.</summary>
    public StallReport Stalls => _stalls.Report();

    /// <summary>How many workers work now: fewer than there are where <c>data.workers</c> is auto and the device takes less.</summary>
    public int ActiveWorkers => _gate.Active;

    /// <summary>How full it was since the last look. The taker's thread.</summary>
    public PipelineOccupancy TakeOccupancy()
    {
        double taken = Math.Max(1, _taken);
        var occupancy = new PipelineOccupancy(_readySum / taken, _ring.Slots, _queuedSum / taken, _queueCapacity, ActiveWorkers, _workers, _readers);
        (_readySum, _queuedSum, _taken) = (0, 0, 0);
        return occupancy;
    }

    /// <summary>The slowest samples since the last look, at most eight, the slowest first. Any thread.</summary>
    public IReadOnlyList<SlowSample> TakeSlowest() => _slow.Take();

    /// <summary>The next batch in order; blocks until it is filled. One thread at a time. Give it back with
    /// <see cref="Batch.Dispose"/>: the ring has only so many.</summary>
    /// <returns>None when the plan is done.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled while waiting.</exception>
    /// <exception cref="UserErrorException">More samples cannot be used than <c>data.maxBadFraction</c> allows.</exception>
    public Batch? Take(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        long start = Stopwatch.GetTimestamp();
        int ready = _ring.Ready;
        RingSlot? slot = null;
        try
        {
            slot = Await(token);
        }
        finally
        {
            _stalls.End(delivered: slot is not null);
        }

        if (slot is null)
        {
            Volatile.Read(ref _failure)?.Throw();
            return null;
        }

        return Lend(slot, Stopwatch.GetTimestamp() - start, ready);
    }

    /// <summary>The same for a taker who has something else to wait for: no time that passes here is a stall. The same thread.</summary>
    /// <param name="milliseconds">How long to wait for the batch at most.</param>
    /// <param name="batch">The batch; none where the plan is done or the pipeline has failed: <see cref="Take"/> knows which.</param>
    /// <returns>False where the next batch is not filled in the time.</returns>
    public bool TryTake(int milliseconds, out Batch? batch)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        int ready = _ring.Ready;
        batch = null;
        if (_pending is null && !_ring.Next(milliseconds, out _pending))
        {
            return false;
        }

        // Woken without being filled: the pipeline was closed.
        if (_pending is { Filled: false } unfilled && (!unfilled.Wait(milliseconds) || !unfilled.Filled))
        {
            return Volatile.Read(ref _failure) is not null;
        }

        if (_pending is { } slot)
        {
            _pending = null;
            _stalls.End(delivered: true);
            batch = Lend(slot, waited: 0, ready);
        }

        return true;
    }

    private Batch Lend(RingSlot slot, long waited, int ready)
    {
        slot.Lend();
        int queued = _full.Count;
        _readySum += ready;
        _queuedSum += queued;
        _taken++;
        _pace?.Taken(waited, ready);
        PipelineMetrics.Taken(waited / (double)Stopwatch.Frequency, ready, queued);
        return slot.Batch;
    }

    /// <summary>The copy of a batch to the device took so long and nothing else went on meanwhile. The taker's thread.</summary>
    /// <param name="ticks">In <see cref="Stopwatch"/> ticks.</param>
    public void Copied(long ticks) => _stalls.Copied(ticks);

    /// <summary>Waits for the next batch to be filled, and looks again and again what it is that it lacks.</summary>
    /// <returns>None when the plan is done or the pipeline has failed.</returns>
    private RingSlot? Await(CancellationToken token)
    {
        for (int pause = 0; ; pause = Math.Min(pause + 1, LongestPause))
        {
            if (_pending is null && _ring.Next(pause, out _pending) && _pending is null)
            {
                return null;
            }

            if (_pending is { } slot && slot.Wait(pause))
            {
                // Woken without being filled: the pipeline was closed. The batch is still the next.
                _pending = slot.Filled ? null : slot;
                return slot.Filled ? slot : null;
            }

            token.ThrowIfCancellationRequested();
            _stalls.Look(Missing(_pending));
        }
    }

    /// <summary>The stage that a batch waits for; null: the workers.</summary>
    private StallCause? Missing(RingSlot? slot)
    {
        if (slot is null)
        {
            // Batches come in order, so where the next is not begun nothing is on its way.
            return _ring.Lent == _ring.Slots ? StallCause.Transfer : StallCause.Order;
        }

        int undealt = slot.Undealt, reading = slot.Reading;
        bool atWorkers = slot.Working + slot.Queued > 0;
        if (atWorkers && (_full.TakersWaiting == 0 || undealt + reading == 0))
        {
            return null;
        }

        return reading > 0 || undealt == 0 ? StallCause.Source : StallCause.Order;
    }

    /// <summary>The next sample that could not be used and was not told of yet. Any thread.</summary>
    public bool TryTakeBad(out BadSample bad) => _bad.TryTake(out bad);

    /// <summary>Stops the threads, waits for them, and frees the ring: no batch may be used any more.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _stalls.TellAll();
        Close();
        _threads.ForEach(thread => thread.Join());
        Array.ForEach(_groups, group => group.Dispose());
        _ring.Dispose();
    }

    private void Start(string name, Action work)
    {
        var thread = new Thread(() => Guard(work)) { Name = name, IsBackground = true };
        _threads.Add(thread);
        thread.Start();
    }

    /// <summary>The first error of any thread ends the pipeline; <see cref="Take"/> throws it where it would have to wait.</summary>
    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            Close();
        }
    }

    private void Close()
    {
        _empty.Abort();
        _full.Abort();
        _ring.Close();
        _gate.Close();
        _prefetcher?.Close();
    }
}
