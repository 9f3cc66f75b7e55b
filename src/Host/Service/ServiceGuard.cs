using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>One service for a folder of runs: held as long as the process, and gone with it however it ends.</summary>
internal sealed class ServiceGuard : IDisposable
{
    private readonly FileStream _file;

    private ServiceGuard(FileStream file) => _file = file;

    /// <summary>Takes it.</summary>
    /// <exception cref="UserErrorException">Another service has it, or it cannot be written.</exception>
    public static ServiceGuard Take(ServicePaths paths)
    {
        try
        {
            return new ServiceGuard(new FileStream(paths.Guard, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"a service looks after {paths.Runs} already, or {paths.Guard} cannot be written; stop that one, or name other runs with --runs", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
