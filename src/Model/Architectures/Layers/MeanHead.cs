using StreamTrainer.Model.Architectures.Operations;

namespace StreamTrainer.Model.Architectures.Layers;

/// <summary>The mean over the pixels, then the classifier, which is the network's own.</summary>
internal sealed class MeanHead(Classifier classifier) : IStage
{
    /// <inheritdoc/>
    public T Apply<T>(IOperations<T> operations, T input)
        where T : class => operations.Classify(classifier, operations.MeanOfPixels(input));
}
