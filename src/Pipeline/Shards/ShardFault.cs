namespace StreamTrainer.Pipeline.Shards;

/// <summary>Something wrong that <c>pack --verify</c> found.</summary>
/// <param name="File">The file it is in.</param>
/// <param name="Sample">The sample's index; none where no sample is touched.</param>
/// <param name="Name">The sample's path.</param>
/// <param name="What">What is wrong.</param>
public sealed record ShardFault(string File, long? Sample, string? Name, string What);
