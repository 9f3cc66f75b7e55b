using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>The launchers by kind. A new one is its file, its kind and one line here.</summary>
/// <param name="settings">The service's settings.</param>
internal sealed class Launchers(ServiceSettings settings)
{
    private readonly LocalLauncher _local = new();
    private readonly MpirunLauncher _mpirun = new(settings.Mpirun);

    /// <summary>The launcher of a kind.</summary>
    public ILauncher Of(LaunchKind kind) => kind switch
    {
        LaunchKind.Process => _local,
        LaunchKind.Mpirun => _mpirun,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };
}
