namespace StreamTrainer.Host.Pipelines;

/// <summary>A folder that a measurement writes into, and that is gone afterwards however it ended. Any thread.</summary>
internal sealed class BenchFolder : IDisposable
{
    private string? _path;

    /// <summary>Where it is; made at the first call.</summary>
    public string Path => _path ??= Directory.CreateTempSubdirectory("streamtrainer-bench-").FullName;

    /// <summary>Deletes it; a second time does nothing, and what cannot be deleted ends nothing.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _path, null) is not { } path)
        {
            return;
        }

        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The system empties its folder for temporary files some day.
        }
    }
}
