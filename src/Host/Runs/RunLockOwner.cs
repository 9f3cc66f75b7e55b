namespace StreamTrainer.Host.Runs;

/// <summary>Who holds a run's lock: the content of <c>run.lock</c>.</summary>
/// <param name="Process">The process.</param>
/// <param name="Since">Since when, UTC.</param>
/// <param name="Host">The machine's name.</param>
public sealed record RunLockOwner(ProcessIdentity Process, DateTime Since, string Host);
