using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>What is to be started.</summary>
/// <param name="Run">The run; its process goes on from its newest checkpoint, or begins.</param>
/// <param name="Ranks">Its processes.</param>
/// <param name="Environment">Variables laid over those of this process; null takes one away.</param>
internal sealed record LaunchOrder(RunDirectory Run, int Ranks, IReadOnlyDictionary<string, string?> Environment);
