using StreamTrainer.Model.Feed;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Diagnostics;

namespace StreamTrainer.Model.Training;

/// <summary>A training's batches in order, from any step on: what its pipelines did counts as one's. Training thread only.</summary>
/// <param name="open">Opens the pipeline of the batches after so many steps.</param>
/// <param name="feed">The way to the device.</param>
internal sealed class TrainingFlow(Func<long, ImagePipeline> open, DeviceFeed feed) : IDisposable
{
    private ImagePipeline? _pipeline;
    private StagedBatches? _batches;
    private List<KeyValuePair<string, double>> _stages = [];
    private StallReport? _stalls;
    private long _samples;

    /// <summary>Batches of an epoch.</summary>
    public long BatchesPerEpoch => Pipeline.BatchesPerEpoch;

    /// <summary>Seconds of the pipeline's threads by stage, over all of them, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> Stages =>
        [.. Pipeline.Statistics.Stages.Select((stage, i) => _stages.Count == 0 ? stage : KeyValuePair.Create(stage.Key, stage.Value + _stages[i].Value))];

    /// <summary>What was waited for.</summary>
    public StallReport Stalls => _stalls is null ? Pipeline.Stalls : Pipeline.Stalls.After(_stalls);

    /// <summary>Samples that were made ready.</summary>
    public long Samples => _samples + Pipeline.Statistics.Samples;

    private ImagePipeline Pipeline => _pipeline ?? throw new InvalidOperationException("no batch is to come yet: start it");

    /// <summary>Begins with the batch after so many steps; what was on its way is left.</summary>
    public void StartAfter(long step)
    {
        if (_pipeline is not null)
        {
            (_stages, _stalls, _samples) = ([.. Stages], Stalls, Samples);
            Close();
        }

        _pipeline = open(step);
        _batches = new StagedBatches(_pipeline, feed);
    }

    /// <inheritdoc cref="StagedBatches.Take"/>
    public Batch? Take(CancellationToken token) => _batches!.Take(token);

    /// <inheritdoc cref="StagedBatches.StageNext"/>
    public void StageNext() => _batches!.StageNext();

    /// <inheritdoc cref="ImagePipeline.Copied"/>
    public void Copied(long ticks) => Pipeline.Copied(ticks);

    /// <inheritdoc cref="ImagePipeline.TakeOccupancy"/>
    public PipelineOccupancy TakeOccupancy() => Pipeline.TakeOccupancy();

    /// <inheritdoc cref="ImagePipeline.TakeSlowest"/>
    public IReadOnlyList<SlowSample> TakeSlowest() => Pipeline.TakeSlowest();

    /// <inheritdoc cref="ImagePipeline.TryTakeBad"/>
    public bool TryTakeBad(out BadSample bad) => Pipeline.TryTakeBad(out bad);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_pipeline is not null)
        {
            Close();
        }
    }

    private void Close()
    {
        _batches!.Drop();
        Pipeline.Dispose();
    }
}
