using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>
/// A way to start a run's processes. What it starts lives on when this process dies: in a session of its own, its output in a file of
/// the run's directory. What happens then is the same for all: one process stands for the run, is watched by its identity, asked to stop
/// by SIGTERM, and ended by SIGKILL to its group.
/// </summary>
internal interface ILauncher
{
    /// <summary>Starts a run's processes.</summary>
    /// <returns>The process that stands for them: it ends when they have ended.</returns>
    /// <exception cref="Pipeline.UserErrorException">It cannot be started on this machine; the message says why.</exception>
    ProcessIdentity Start(LaunchOrder order);
}
