using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Catalog.Series;

/// <summary>The figures of the runs that are looked at. Long logs are read ahead of anybody's asking. For any thread.</summary>
internal sealed class SeriesCache : BackgroundService
{
    /// <summary>Runs whose figures are held in memory: a few megabytes each, where they are long.</summary>
    private const int Most = 32;

    // From here on a log takes longer to read than one waits gladly.
    private const long Long = 8 << 20;

    private readonly ConcurrentDictionary<string, (RunSeries Series, long Used)> _open = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _ahead = new(StringComparer.Ordinal);
    private readonly Channel<RunDirectory> _wanted = Channel.CreateUnbounded<RunDirectory>();
    private readonly ServicePaths _paths;
    private long _clock;

    public SeriesCache(ServicePaths paths, RunCatalog catalog)
    {
        _paths = paths;
        catalog.Looked += Looked;
    }

    /// <summary>A run's figures, up to now.</summary>
    public RunSeries Of(RunDirectory run)
    {
        RunSeries series = _open.AddOrUpdate(
            run.Id, _ => (Open(run), Tick()), (_, entry) => (entry.Series, Tick())).Series;
        series.Update();
        foreach ((string id, _) in _open.OrderByDescending(entry => entry.Value.Used).Skip(Most))
        {
            if (_open.TryRemove(id, out (RunSeries Series, long Used) closed))
            {
                closed.Series.Save();
            }
        }

        return series;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (RunDirectory run in _wanted.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
            {
                try
                {
                    Of(run);
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException or Pipeline.UserErrorException)
                {
                    // It was deleted meanwhile, or is no log: who asks for it is told.
                }
            }
        }
        finally
        {
            foreach ((RunSeries series, _) in _open.Values)
            {
                series.Save();
            }
        }
    }

    private long Tick() => Interlocked.Increment(ref _clock);

    private RunSeries Open(RunDirectory run) => new(run, Path.Combine(_paths.Folder("series"), $"{run.Id}.msgpack"));

    private void Looked(RunFacts facts)
    {
        long length = facts.LogLength;
        if (length > Long && length - _ahead.GetValueOrDefault(facts.Run.Id) > Long)
        {
            _ahead[facts.Run.Id] = length;
            _wanted.Writer.TryWrite(facts.Run);
        }
    }
}
