using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>One process of this program.</summary>
internal sealed class LocalLauncher : ILauncher
{
    /// <inheritdoc/>
    public ProcessIdentity Start(LaunchOrder order) => DetachedProcess.Start([.. OwnProgram.Resume(order.Run)], order.Run.ConsoleFile, order.Environment);
}
