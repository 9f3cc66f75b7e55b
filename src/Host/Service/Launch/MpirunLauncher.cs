using System.Globalization;
using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>Several processes of this program on this machine, by Open MPI's mpirun: it forwards SIGTERM to the ranks, and ends where
/// they have ended.</summary>
/// <param name="mpirun">The program, by name or path.</param>
internal sealed class MpirunLauncher(string mpirun) : ILauncher
{
    /// <inheritdoc/>
    public ProcessIdentity Start(LaunchOrder order)
    {
        string program = OwnProgram.Find(mpirun)
            ?? throw new UserErrorException($"there is no program '{mpirun}' to start {order.Ranks} ranks with (Debian: openmpi-bin); StreamTrainer:Mpirun names another");
        List<string> words = [program];
        if (Environment.IsPrivilegedProcess)
        {
            words.Add("--allow-run-as-root");
        }

        // A rank has threads of its own on several cores; and slots are the service's to count, not mpirun's.
        words.AddRange(["--oversubscribe", "--bind-to", "none", "-n", order.Ranks.ToString(CultureInfo.InvariantCulture)]);
        words.AddRange(OwnProgram.Resume(order.Run));
        return DetachedProcess.Start(words, order.Run.ConsoleFile, order.Environment);
    }
}
