using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Queue;

namespace StreamTrainer.Host.Service.Catalog;

/// <summary>
/// All runs in the folder of runs, whoever started them. The folder is looked through every second; what one asks for by name is looked at
/// in that moment. For any thread.
/// </summary>
internal sealed class RunCatalog(ServicePaths paths, Supervisor supervisor, TimeProvider time, ILogger<RunCatalog> logger) : BackgroundService
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, RunWatch> _watches = new(StringComparer.Ordinal);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>Told of each run that was looked at, about once a second; in the loop.</summary>
    public event Action<RunFacts>? Looked;

    /// <summary>All runs, as they were seen last.</summary>
    public IEnumerable<(RunFacts Facts, QueueEntry? Entry)> All => _watches.Values.Select(watch => (watch.Facts, Entry(watch.Facts.Run.Id)));

    /// <summary>A run as it is now; null where there is none.</summary>
    public (RunFacts Facts, QueueEntry? Entry)? Find(string id)
    {
        if (paths.Find(id) is not { } run)
        {
            _watches.TryRemove(id, out _);
            return null;
        }

        try
        {
            return (_watches.GetOrAdd(id, _ => new RunWatch(run, time)).Look(), Entry(id));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        supervisor.Changed += id => Find(id);
        using var timer = new PeriodicTimer(s_between, time);
        do
        {
            try
            {
                LookThrough(stoppingToken);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Tell(paths.Runs, error);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    private QueueEntry? Entry(string id) => supervisor.Entries.GetValueOrDefault(id);

    private void LookThrough(CancellationToken stop)
    {
        HashSet<string> there = new(StringComparer.Ordinal);
        foreach (RunDirectory run in paths.AllRuns())
        {
            stop.ThrowIfCancellationRequested();
            there.Add(run.Id);
            try
            {
                Looked?.Invoke(_watches.GetOrAdd(run.Id, _ => new RunWatch(run, time)).Look());
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or Pipeline.UserErrorException)
            {
                Tell(run.Path, error);
            }
        }

        foreach (string gone in _watches.Keys.Where(id => !there.Contains(id)))
        {
            // One that was made while the others were looked through is there all the same.
            if (paths.Find(gone) is null)
            {
                _watches.TryRemove(gone, out _);
            }
        }
    }

    private void Tell(string path, Exception error)
    {
        if (_told.Add(path))
        {
            ServiceLog.Unreadable(logger, path, error.Message);
        }
    }
}
