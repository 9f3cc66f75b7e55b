using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Diagnostics;
using StreamTrainer.Model.Distributed;
using StreamTrainer.Model.Evaluation;
using StreamTrainer.Model.Feed;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Batching;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>Scores a model on a data set: every image once, corrupt ones not counted, the last batch as short as it is.</summary>
/// <param name="source">The data set; not disposed.</param>
/// <param name="recipe">Evaluation transform, pipeline and arithmetic.</param>
/// <param name="device">Where the model is.</param>
/// <param name="logger">The log.</param>
/// <param name="rejected">Told of each sample that cannot be used, on the thread of <see cref="Run"/>; by default the log is.</param>
/// <param name="ranks">The processes that score it together, each its part; by default this one alone.</param>
public sealed class Evaluator(ISampleSource source, Recipe recipe, ComputeDevice device, ILogger logger, Action<BadSample>? rejected = null, IRanks? ranks = null)
{
    private readonly IRanks _ranks = ranks ?? OneRank.Instance;

    /// <summary>Runs the model in evaluation mode over the whole set. Blocks the calling thread, which must be the one that
    /// owns the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="token">Asks to stop.</param>
    /// <param name="predictions">Gets each image's answer, of all ranks; none: nobody wants them.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public EvaluationResult Run(ImageClassifier model, CancellationToken token, ImagePredictions? predictions = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var activity = TrainingMetrics.Activities.StartActivity("evaluate");
        EvaluationOptions options = recipe.Eval;
        var plan = new PipelinePlan
        {
            Seed = recipe.Train.Seed,
            BatchSize = options.BatchSize,
            Epochs = 1,
            Evaluation = true,
            Rank = _ranks.Rank,
            WorldSize = _ranks.Size,
            ImageSize = new ImageSize(options.Size, options.Size),
        };
        using var pipeline = new ImagePipeline(
            source, () => new EvaluationTransform(options, recipe.Data.ExifOrientation, recipe.Data.Decoder, recipe.Data.Mean), recipe.Data, plan,
            new TensorBatchMemory(device.Device), logger);
        using var feed = new DeviceFeed(device.Device, recipe.Data.Mean, recipe.Data.Std);
        var batches = new StagedBatches(pipeline, feed);
        var score = new TopK();
        bool training = model.training;
        model.eval();
        try
        {
            using var guard = no_grad();
            while (batches.Take(token) is { } batch)
            {
                using (batch)
                using (NewDisposeScope())
                using (device.Autocast())
                {
                    Tensor images = feed.Normalise(feed.Pixels(batch));
                    Tensor logits = TestTimeForward.Logits(model, images, options.Tta).to(ScalarType.Float32);
                    batches.StageNext();
                    score.Add(logits, batch.Labels.AsSpan(0, batch.Count));
                    predictions?.Add(logits, batch.Labels.AsSpan(0, batch.Count), batch.Indices.AsSpan(0, batch.Count));
                }

                _ranks.Meet();
            }
        }
        finally
        {
            while (pipeline.TryTakeBad(out BadSample bad))
            {
                Tell(bad);
            }

            model.train(training);
        }

        score.SumOver(_ranks);
        predictions?.SumOver(_ranks);
        return new EvaluationResult(score.Top1, score.Top5, score.MeanCrossEntropy, score.Count);
    }

    private void Tell(BadSample bad)
    {
        if (rejected is not null)
        {
            rejected(bad);
        }
        else
        {
            TrainingLog.SampleRejected(logger, bad.Name, bad.Reason);
        }
    }
}
