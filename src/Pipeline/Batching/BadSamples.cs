using System.Collections.Concurrent;
using System.Globalization;
using StreamTrainer.Pipeline.Diagnostics;
using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>Counts samples that cannot be used, each once, and says when there are too many. Any thread.</summary>
internal sealed class BadSamples(ISampleSource source, double maxFraction)
{
    private readonly HashSet<long> _seen = [];
    private readonly ConcurrentQueue<BadSample> _untold = new();
    private readonly long _limit = (long)Math.Ceiling(maxFraction * source.Distinct);
    private BadSample? _first;

    /// <summary>How many samples.</summary>
    public long Count { get; private set; }

    /// <summary>Takes note of one.</summary>
    /// <exception cref="UserErrorException">There are more than the limit allows: more than that share of the source, rounded
    /// up to whole samples.</exception>
    public void Add(long index, string reason)
    {
        lock (_seen)
        {
            if (!_seen.Add(source.OriginOf(index)))
            {
                return;
            }

            Count = _seen.Count;
            PipelineMetrics.BadSample();
            var bad = new BadSample(index, source.NameOf(index), reason);
            _first ??= bad;
            _untold.Enqueue(bad);
            if (Count > _limit)
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                    $"{source.Name}: {Count} of {Counted.Of(source.Distinct, "sample")} cannot be used, more than data.maxBadFraction {maxFraction} allows; the first is {_first.Name}: {_first.Reason}. Repair them, or raise the limit"));
            }
        }
    }

    /// <summary>The next one that nobody was told of.</summary>
    public bool TryTake(out BadSample bad) => _untold.TryDequeue(out bad!);
}
