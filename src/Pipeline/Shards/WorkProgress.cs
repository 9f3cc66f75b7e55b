namespace StreamTrainer.Pipeline.Shards;

/// <summary>How far a work on many samples is.</summary>
/// <param name="Done">Samples done, those of earlier processes too.</param>
/// <param name="Total">Samples in all.</param>
/// <param name="PerSecond">Samples a second of this process.</param>
/// <param name="BytesPerSecond">Bytes a second of this process.</param>
public readonly record struct WorkProgress(long Done, long Total, double PerSecond, double BytesPerSecond);
