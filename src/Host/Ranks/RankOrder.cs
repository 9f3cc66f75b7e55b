namespace StreamTrainer.Host.Ranks;

/// <summary>What rank 0 tells the others to do.</summary>
/// <param name="CheckpointDirectory">Where the run's checkpoints are.</param>
/// <param name="ResumeFrom">The checkpoint to go on from; none: from the start.</param>
internal sealed record RankOrder(string CheckpointDirectory, string? ResumeFrom);
