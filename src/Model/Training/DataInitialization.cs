using StreamTrainer.Model.Architectures;
using StreamTrainer.Model.Feed;
using StreamTrainer.Pipeline;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Training;

/// <summary>Shows a model that starts from data (a whitening stem) the first training images, before step 0 of a fresh run.</summary>
internal static class DataInitialization
{
    /// <summary>How many images are enough: 2x2 patches of so many give the covariance to three digits.</summary>
    private const int Images = 5000;

    /// <summary>Initialises <paramref name="model"/> where it wants it.</summary>
    public static void Run(ImageClassifier model, DeviceFeed feed, Func<ImagePipeline> open, CancellationToken stop)
    {
        if (model is not IDataInitialized wanting)
        {
            return;
        }

        using var guard = no_grad();
        using var scope = NewDisposeScope();
        using ImagePipeline pipeline = open();
        var batches = new List<Tensor>();
        int count = 0;
        for (long left = pipeline.BatchesPerEpoch; left > 0 && count < Images; left--)
        {
            using var batch = pipeline.Take(stop)!;
            batches.Add(feed.Normalise(feed.Pixels(batch)));
            count += batch.Count;
        }

        wanting.Initialize(cat(batches));
    }
}
