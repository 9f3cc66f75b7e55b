namespace StreamTrainer.Pipeline;

/// <summary>A sample that could not be used, told once a pipeline.</summary>
/// <param name="Index">Its index in the source.</param>
/// <param name="Name">Its path.</param>
/// <param name="Reason">What is wrong with it.</param>
public sealed record BadSample(long Index, string Name, string Reason);
