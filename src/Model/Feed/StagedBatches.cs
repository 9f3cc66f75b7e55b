using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;

namespace StreamTrainer.Model.Feed;

/// <summary>
/// The pipeline's batches, each on its way to the device while the one before is computed with: once a step's kernels are launched and
/// before its result is waited for, <see cref="StageNext"/> begins the next copy. Training thread only.
/// </summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="feed">The way to the device.</param>
public sealed class StagedBatches(ImagePipeline pipeline, DeviceFeed feed)
{
    private Batch? _staged;

    /// <summary>The next batch: the one on its way, or else the pipeline's next, which is waited for.</summary>
    /// <inheritdoc cref="ImagePipeline.Take"/>
    public Batch? Take(CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        Batch? batch = _staged ?? pipeline.Take(token);
        _staged = null;
        return batch;
    }

    /// <summary>Begins to copy the next batch, where it is filled already and the device has an engine for it.</summary>
    public void StageNext()
    {
        if (feed.CanStage && _staged is null && pipeline.TryTake() is { } batch)
        {
            feed.Stage(batch);
            _staged = batch;
        }
    }
}
