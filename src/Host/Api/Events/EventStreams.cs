using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service;

namespace StreamTrainer.Host.Api.Events;

/// <summary>Live streams of events: as many as are allowed, all fed by one look at each log, four times a second.</summary>
internal sealed class EventStreams(ServiceSettings settings, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(250), s_sign = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<string, EventFeed> _feeds = new(StringComparer.Ordinal);
    private int _streams;

    /// <summary>Writes a run's events to an answer, from a place on, until its reader goes.</summary>
    /// <exception cref="RefusedException">There are too many streams.</exception>
    public async Task Write(HttpContext context, RunDirectory run, long after)
    {
        if (Interlocked.Increment(ref _streams) > settings.Security.Streams)
        {
            Interlocked.Decrement(ref _streams);
            throw new RefusedException(Refusal.Full, "too many event streams are open; close some, or ask for events page by page");
        }

        EventFeed feed = _feeds.GetOrAdd(run.Id, _ => new EventFeed(run));
        Interlocked.Increment(ref feed.Streams);
        try
        {
            context.Response.ContentType = "text/event-stream";
            // Proxies that gather answers before they pass them on would hold events back.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
            await Follow(context.Response, feed, after, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The reader went, or the service stops.
        }
        finally
        {
            Interlocked.Decrement(ref feed.Streams);
            Interlocked.Decrement(ref _streams);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach ((string id, EventFeed feed) in _feeds)
            {
                if (Volatile.Read(ref feed.Streams) == 0)
                {
                    // A stream that just now takes it finds out by its own sign of life.
                    _feeds.TryRemove(id, out _);
                    continue;
                }

                try
                {
                    feed.Look();
                }
                catch (IOException)
                {
                    // A file system that is gone for a moment.
                }
            }
        }
    }

    private async Task Follow(HttpResponse response, EventFeed feed, long offset, CancellationToken stop)
    {
        await response.StartAsync(stop).ConfigureAwait(false);
        while (true)
        {
            // Asked for before reading: what comes in between wakes it.
            Task grew = feed.Grew;
            (byte[] bytes, long next) = feed.Read(offset);
            if (next != offset)
            {
                offset = next;
                await response.Body.WriteAsync(bytes, stop).ConfigureAwait(false);
                await response.Body.FlushAsync(stop).ConfigureAwait(false);
                continue;
            }

            try
            {
                await grew.WaitAsync(s_sign, time, stop).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                // A comment, by which a reader that has gone is noticed, and one that has not sees that the line is alive.
                await response.Body.WriteAsync(": alive\n\n"u8.ToArray(), stop).ConfigureAwait(false);
                await response.Body.FlushAsync(stop).ConfigureAwait(false);
            }
        }
    }
}
