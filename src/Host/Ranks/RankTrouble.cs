using StreamTrainer.Model.Health;

namespace StreamTrainer.Host.Ranks;

/// <summary>What ends a run on several ranks.</summary>
/// <param name="Kind">Whether a rank failed or is stuck.</param>
/// <param name="Ranks">The ranks that it is about.</param>
/// <param name="Message">The sentence that is told.</param>
/// <param name="Code">The exit code.</param>
/// <param name="Steps">Steps that were done.</param>
internal sealed record RankTrouble(HealthKind Kind, IReadOnlyList<int> Ranks, string Message, int Code, long Steps);
