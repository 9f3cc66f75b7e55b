using StreamTrainer.Pipeline.Sources;

namespace StreamTrainer.Pipeline.Batching;

/// <summary>An error in a pipeline's thread that is no bad sample and no mistake of the user's.</summary>
internal static class PipelineFailure
{
    /// <summary>Says at which sample it happened.</summary>
    public static Exception At(ISampleSource source, long index, string doing, Exception error) =>
        error is UserErrorException ? error : new InvalidOperationException($"{doing} {source.NameOf(index)} failed: {error.Message}", error);
}
