using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;

namespace StreamTrainer.Model.Feed;

/// <summary>
/// The pipeline's batches, each on its way to the device while the one before is computed with: once a step's kernels are launched and
/// before its result is waited for, <see cref="StageNext"/> waits for the next batch instead, and begins its copy. Training thread only.
/// </summary>
/// <param name="pipeline">The pipeline.</param>
/// <param name="feed">The way to the device.</param>
public sealed class StagedBatches(ImagePipeline pipeline, DeviceFeed feed)
{
    private const int LookMilliseconds = 1;

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

    /// <summary>Begins to copy the next batch, where the device has an engine for it and the batch is filled before the device has
    /// computed all that was launched.</summary>
    public void StageNext()
    {
        if (!feed.CanStage || _staged is not null)
        {
            return;
        }

        while (!pipeline.TryTake(LookMilliseconds, out _staged) && feed.Computing)
        {
            // A look a millisecond: the device's result is not kept waiting longer than that.
        }

        if (_staged is not null)
        {
            feed.Stage(_staged);
        }
    }

    /// <summary>Gives back a batch that is on its way to the device: nobody will take it.</summary>
    public void Drop()
    {
        feed.Drop();
        _staged?.Dispose();
        _staged = null;
    }
}
