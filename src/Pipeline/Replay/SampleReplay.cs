using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Sampling;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Replay;

/// <summary>
/// Makes single rows of a training's batches again, the same to the byte, and tells what was drawn for them: by the order, the
/// transform and the draws of the <see cref="ImagePipeline"/> itself. One thread's.
/// </summary>
public sealed class SampleReplay : IDisposable
{
    private readonly ISampleSource _source;
    private readonly PipelinePlan _plan;
    private readonly TrainTransform _transform;
    private readonly PlaceFiller _filler;
    private readonly EncodedSample _sample = new();
    private readonly List<BadSample> _bad = [];

    /// <summary>A replay of a training.</summary>
    /// <param name="source">Where samples come from; not disposed.</param>
    /// <param name="plan">The training's plan; where it starts does not matter.</param>
    /// <param name="transform">The training's transform; disposed with this.</param>
    /// <exception cref="UserErrorException">There are too few samples for a batch.</exception>
    public SampleReplay(ISampleSource source, PipelinePlan plan, TrainTransform transform)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(transform);
        (_source, _plan, _transform) = (source, plan, transform);
        BatchesPerEpoch = plan.BatchesPerEpoch(source.Count);
        _filler = new PlaceFiller(source, evaluation: false, transform, (index, reason) => _bad.Add(new BadSample(index, source.NameOf(index), reason)));
    }

    /// <summary>Batches of an epoch.</summary>
    public long BatchesPerEpoch { get; }

    /// <summary>Positions of an epoch, over all ranks: what does not fill a batch is left out.</summary>
    public long PositionsPerEpoch => BatchesPerEpoch * _plan.Partition.StepSize;

    /// <summary>The positions of an epoch that show a sample, rising: none, one, or several by repeated augmentation.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The sample's index in the source.</param>
    public IReadOnlyList<long> PositionsOf(long epoch, long index) =>
        [.. _plan.OrderOf(_source.Count, epoch).PositionsOf(index).Where(position => position < PositionsPerEpoch)];

    /// <summary>The position of a row of this rank's batch.</summary>
    public long PositionOf(long batch, int row) => _plan.Partition.PositionOf(batch, row);

    /// <summary>Makes a row again.</summary>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="position">The position in the epoch.</param>
    /// <exception cref="UserErrorException">The sample cannot be used, and no other that could stand in for it.</exception>
    public ReplayedSample Replay(long epoch, long position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, PositionsPerEpoch);
        var place = new SamplePlace(_plan.Seed, epoch, position, _plan.OrderOf(_source.Count, epoch)[position]);
        ImageSize size = _plan.SizeAt(epoch);
        var pixels = new byte[3 * size.Width * size.Height];
        _bad.Clear();
        TransformTiming timing = default;
        long index = _filler.Fill(place, _sample, SampleReader.Try(_source, place.Index, _sample), pixels, ref timing);
        var adjustments = new SampleAdjustments();
        adjustments.Begin(_plan.Augment, size, 1);
        adjustments.Draw(0, place);
        (long batch, int rank, int row) = _plan.Partition.RowOf(position);
        return new ReplayedSample
        {
            Place = place,
            Batch = batch,
            Rank = rank,
            Row = row,
            Index = index,
            Label = _source.LabelOf(index),
            Pixels = pixels,
            Draws = _transform.LastDraws(),
            Adjustments = adjustments,
            Bad = [.. _bad],
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _filler.Dispose();
        _sample.Dispose();
        _transform.Dispose();
    }
}
