using StreamTrainer.Host.Runs;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service;

/// <summary>Where things lie: the runs, and the service's own files. A name from a request becomes a path here and nowhere else.</summary>
internal sealed class ServicePaths
{
    private const string StateName = ".service", DeletedPrefix = ".deleted-";

    /// <summary>The folders of some settings; made where they are missing.</summary>
    /// <exception cref="UserErrorException">They cannot be made.</exception>
    public ServicePaths(ServiceSettings settings)
    {
        Runs = Path.GetFullPath(settings.Runs);
        State = Path.GetFullPath(settings.State ?? Path.Combine(Runs, StateName));
        foreach (string folder in (string[])[Runs, State])
        {
            try
            {
                Directory.CreateDirectory(folder);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"{folder} cannot be made: {error.Message.TrimEnd('.')}; name another folder with StreamTrainer:{(folder == Runs ? "Runs" : "State")}", error);
            }
        }
    }

    /// <summary>The folder of all runs.</summary>
    public string Runs { get; }

    /// <summary>The folder of the service's own files.</summary>
    public string State { get; }

    /// <summary>The queue.</summary>
    public string Database => Path.Combine(State, "queue.db");

    /// <summary>The keys.</summary>
    public string Keys => Path.Combine(State, "keys.json");

    /// <summary>Held by the one service of these runs.</summary>
    public string Guard => Path.Combine(State, "service.lock");

    /// <summary>A folder of the service's own files; made where it is missing.</summary>
    public string Folder(string name) => Directory.CreateDirectory(Path.Combine(State, name)).FullName;

    /// <summary>A run by its name; null where there is none.</summary>
    public RunDirectory? Find(string id)
    {
        if (!RunDirectory.IsId(id))
        {
            return null;
        }

        string path = Path.Combine(Runs, id);
        return RunDirectory.Is(path) ? RunDirectory.Open(path) : null;
    }

    /// <summary>All runs that there are.</summary>
    public IEnumerable<RunDirectory> AllRuns() =>
        Directory.EnumerateDirectories(Runs).Select(path => Find(Path.GetFileName(path))).OfType<RunDirectory>();

    /// <summary>Deletes a run: its name is gone at once, its files when they are.</summary>
    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void Discard(RunDirectory run)
    {
        string aside = Path.Combine(Runs, $"{DeletedPrefix}{Guid.NewGuid():N}");
        Directory.Move(run.Path, aside);
        _ = Task.Run(() => Delete(aside));
    }

    /// <summary>Deletes what earlier deletions, and services that were killed meanwhile, left.</summary>
    public void CleanUp()
    {
        foreach (string left in Directory.EnumerateDirectories(Runs, $"{DeletedPrefix}*"))
        {
            Delete(left);
        }
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is tried again at the next start.
        }
    }
}
