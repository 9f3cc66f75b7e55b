using System.Globalization;

namespace StreamTrainer.Host.Ranks;

/// <summary>What a launcher tells the processes that it starts: Open MPI's mpirun and prte, and Slurm's srun.</summary>
internal static class LaunchEnvironment
{
    private static readonly string[] s_sizes = ["OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"];
    private static readonly string[] s_ranks = ["OMPI_COMM_WORLD_LOCAL_RANK", "SLURM_LOCALID"];
    private static readonly string[] s_localSizes = ["OMPI_COMM_WORLD_LOCAL_SIZE"];

    /// <summary>How many processes were started together; 1 where no launcher says otherwise.</summary>
    public static int Size => First(s_sizes) ?? 1;

    /// <summary>This process's number on its host.</summary>
    public static int LocalRank => First(s_ranks) ?? 0;

    /// <summary>How many of the processes are on this host, as far as the launcher tells.</summary>
    public static int LocalSize => First(s_localSizes) ?? 1;

    private static int? First(string[] names) => names
        .Select(name => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : (int?)null)
        .FirstOrDefault(value => value is not null);
}
