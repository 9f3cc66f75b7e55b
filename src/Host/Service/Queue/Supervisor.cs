using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Launch;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>
/// Starts runs, watches them, starts them again. All changes of the queue happen one after the other in one loop, so that nothing else
/// here is locked; <see cref="Entries"/> may be read by any thread. Every change is in the run's ticket before it is in the database, and
/// in the database before it is done: the service may be killed between any two lines.
/// </summary>
internal sealed class Supervisor : BackgroundService
{
    /// <summary>So often the queue is looked after without anything having happened.</summary>
    private static readonly TimeSpan s_tick = TimeSpan.FromSeconds(1);

    private readonly ServicePaths _paths;
    private readonly ServiceSettings _settings;
    private readonly DeviceSlots _slots;
    private readonly Launchers _launchers;
    private readonly TimeProvider _time;
    private readonly ILogger<Supervisor> _logger;
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, QueueEntry> _entries = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _complete = new(StringComparer.Ordinal);
    private QueueStore? _store;

    public Supervisor(ServicePaths paths, ServiceSettings settings, DeviceSlots slots, Launchers launchers, TimeProvider time, ILogger<Supervisor> logger)
    {
        (_paths, _settings, _slots, _launchers, _time, _logger) = (paths, settings, slots, launchers, time, logger);
    }

    /// <summary>The runs of the queue, by id: the state after the last change.</summary>
    public IReadOnlyDictionary<string, QueueEntry> Entries => _entries;

    /// <summary>Done when the queue is as it was before the service's last end, or failed as that did.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Told of a run whose entry changed, or went; in the loop.</summary>
    public event Action<string>? Changed;

    private DateTime Now => _time.GetUtcNow().UtcDateTime;

    /// <summary>Makes a run's directory and queues it.</summary>
    /// <exception cref="RefusedException">The name is taken, a run that it waits for is not there, the queue is full, the same key came
    /// with another submission.</exception>
    /// <exception cref="UserErrorException">The directory cannot be made.</exception>
    public Task<Submitted> Submit(NewRun run) => Do(() => SubmitNow(run));

    /// <summary>Stops a run, or takes it from the queue; of a run that was started by somebody else, its process is asked.</summary>
    /// <param name="id">The run.</param>
    /// <param name="now">Kills it, without a checkpoint.</param>
    /// <exception cref="RefusedException">There is nothing to stop.</exception>
    public Task Stop(string id, bool now) => Do(() => StopNow(id, now, reason: null));

    /// <summary>Queues a run that rests; one without a ticket gets one.</summary>
    /// <param name="id">The run.</param>
    /// <param name="ticket">The ticket of a run without one.</param>
    /// <exception cref="RefusedException">It is complete, or alive.</exception>
    public Task Resume(string id, RunTicket ticket) => Do(() => ResumeNow(id, ticket));

    /// <summary>Deletes a run that rests.</summary>
    /// <exception cref="RefusedException">It is alive, or queued, or others wait for it.</exception>
    public Task Delete(string id, string by) => Do(() => DeleteNow(id, by));

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await StopRuns(cancellationToken).ConfigureAwait(false);
        _store?.Dispose();
        _store = null;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            _store = QueueStore.Open(_paths.Database, (path, reason) => ServiceLog.Damaged(_logger, path, reason));
            Recover();
            _ready.SetResult();
        }
        catch (Exception error)
        {
            _ready.SetException(error);
            throw;
        }

        // The end of a child is heard of at once; those that were adopted are found by looking.
        using PosixSignalRegistration? children = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGCHLD, _ => _work.Writer.TryWrite(() => { }));
        while (!stoppingToken.IsCancellationRequested)
        {
            Guard(Tick);
            await Wait(stoppingToken).ConfigureAwait(false);
            while (_work.Reader.TryRead(out Action? work))
            {
                work();
            }
        }
    }

    private async Task Wait(CancellationToken stop)
    {
        using var tick = CancellationTokenSource.CreateLinkedTokenSource(stop);
        tick.CancelAfter(s_tick);
        try
        {
            await _work.Reader.WaitToReadAsync(tick.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The tick, or the end.
        }
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or UserErrorException or RunFailedException or Microsoft.Data.Sqlite.SqliteException)
        {
            // A full disk, a file system that is gone: what could not be done now is done when it can be.
            ServiceLog.Trouble(_logger, error.Message, error);
        }
    }

    private Task<T> Do<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Writer.TryWrite(() =>
        {
            try
            {
                done.SetResult(work());
            }
            catch (Exception error)
            {
                done.SetException(error);
            }
        });
        return done.Task;
    }

    private Task<bool> Do(Action work) => Do(() =>
    {
        work();
        return true;
    });

    // The loop's own from here on.

    private void Recover()
    {
        Dictionary<string, QueueEntry> known = _store!.All().ToDictionary(entry => entry.Id, StringComparer.Ordinal);
        int rebuilt = 0;
        foreach (RunDirectory run in _paths.AllRuns())
        {
            if (TicketFile.Read(run) is not { } ticket)
            {
                continue;
            }

            if (!known.Remove(run.Id, out QueueEntry? entry))
            {
                entry = new QueueEntry(run.Id, ticket) { State = QueueState.Running };
                rebuilt++;
            }

            RecoverOne(run, entry with { Ticket = ticket });
        }

        foreach (string gone in known.Keys)
        {
            _store.Remove(gone);
        }

        if (rebuilt > 0)
        {
            ServiceLog.Rebuilt(_logger, rebuilt, _paths.Runs);
        }
    }

    /// <summary>A run as it is found: what the database says of it may be older than its ticket, and both than its process.</summary>
    private void RecoverOne(RunDirectory run, QueueEntry entry)
    {
        ProcessIdentity? alive = RunLock.LiveOwner(run)?.Process;
        // With mpirun the process that was started is another one than the run's owner, and the one to ask.
        alive = entry.Process is { IsAlive: true } ? entry.Process : alive;
        if (alive is not null)
        {
            ServiceLog.Adopted(_logger, run.Id, alive.Id);
            bool stop = entry.Ticket.Wish == RunWish.Rest;
            Put(entry with { State = stop ? QueueState.Stopping : QueueState.Running, Process = alive, StartedAt = entry.StartedAt ?? Now, Slots = HeldOrFree(entry), KillAt = stop ? KillTime : null });
            if (stop)
            {
                DetachedProcess.Terminate(alive);
            }

            return;
        }

        // What waited for its start still does, whatever its last process said.
        bool waits = entry.Ticket.Wish == RunWish.Run && entry.State is QueueState.Queued or QueueState.BackingOff && !IsComplete(run.Id);
        QueueEntry next = waits ? entry
            : RestartRules.AfterAbsence(entry, RunRemains.End(run, code: null), Now);
        if (next.Ticket != entry.Ticket)
        {
            TicketFile.Write(run, next.Ticket);
        }

        Put(next);
    }

    private IReadOnlyList<int> HeldOrFree(QueueEntry entry) =>
        entry.Slots.Count > 0 ? entry.Slots
        : _slots.Free(entry.Ticket.Ranks, _entries.Values.SelectMany(other => other.Slots)) ?? [.. Enumerable.Range(0, Math.Min(entry.Ticket.Ranks, _slots.Count))];

    private DateTime KillTime => Now.AddSeconds(_settings.StopSeconds);

    private void Tick()
    {
        foreach (QueueEntry entry in _entries.Values)
        {
            if (entry.IsActive)
            {
                Guard(() => Watch(entry));
            }
            else if (entry.State == QueueState.BackingOff && entry.NotBefore <= Now)
            {
                Put(entry with { State = QueueState.Queued });
            }
        }

        while (QueueOrder.Next(_entries.Values, _slots, IsComplete) is { } next)
        {
            Start(next.Entry, next.Slots);
        }
    }

    private void Watch(QueueEntry entry)
    {
        ProcessIdentity process = entry.Process!;
        if (DetachedProcess.HasEnded(process, out int? code))
        {
            Settle(entry, code);
        }
        else if (entry.KillAt <= Now)
        {
            ServiceLog.Killed(_logger, entry.Id, process.Id);
            DetachedProcess.Kill(process);
        }
        else if (entry.State == QueueState.Running && entry.Ticket.TimeLimitSeconds is { } limit && entry.StartedAt?.AddSeconds(limit) <= Now)
        {
            StopNow(entry.Id, now: false, "its time limit is over");
        }
    }

    private void Settle(QueueEntry entry, int? code)
    {
        if (_paths.Find(entry.Id) is not { } run)
        {
            Forget(entry.Id);
            return;
        }

        // It was refused by one that was started before, or mpirun is gone and rank 0 is not: the run is alive all the same.
        if (RunLock.LiveOwner(run)?.Process is { } owner)
        {
            if (owner != entry.Process)
            {
                ServiceLog.Adopted(_logger, run.Id, owner.Id);
                Put(entry with { Process = owner });
            }

            return;
        }

        QueueEntry next = RestartRules.After(entry, RunRemains.End(run, code), Now, _settings);
        if (next.Ticket != entry.Ticket)
        {
            TicketFile.Write(run, next.Ticket);
        }

        Put(next);
        if (next.State == QueueState.BackingOff || (next.Reason is not null && next.Ticket.Reason == next.Reason))
        {
            ServiceLog.Crashed(_logger, run.Id, next.Reason!);
        }
        else
        {
            ServiceLog.Settled(_logger, run.Id, IsComplete(run.Id) ? "complete" : "rests");
        }
    }

    private void Start(QueueEntry entry, IReadOnlyList<int> slots)
    {
        if (_paths.Find(entry.Id) is not { } run)
        {
            Forget(entry.Id);
            return;
        }

        long step = RunRemains.Step(run);
        try
        {
            var order = new LaunchOrder(run, Math.Min(entry.Ticket.Ranks, _slots.Count), LaunchVariables.Of(entry.Ticket, _slots.Environment(slots)));
            ProcessIdentity process = _launchers.Of(entry.Ticket.Launch).Start(order);
            Put(entry with { State = QueueState.Running, Process = process, StartedAt = Now, FromStep = step, Slots = slots, Reason = null });
            ServiceLog.Started(_logger, run.Id, process.Id, string.Join(',', slots), Math.Max(0, step));
        }
        catch (UserErrorException error)
        {
            // No further try mends it.
            RunTicket rest = entry.Ticket with { Wish = RunWish.Rest, Reason = error.Message };
            TicketFile.Write(run, rest);
            Put(entry with { Ticket = rest, State = QueueState.Ended, Reason = error.Message });
            ServiceLog.Crashed(_logger, run.Id, error.Message);
        }
    }

    private Submitted SubmitNow(NewRun run)
    {
        RunTicket ticket = run.Ticket;
        if (ticket.Key is { } key && _entries.Values.FirstOrDefault(entry => entry.Ticket.Key == key) is { } earlier)
        {
            return earlier.Ticket.KeyBody == ticket.KeyBody
                ? new Submitted(earlier.Id, Created: false)
                : throw new RefusedException(Refusal.Conflict, $"the Idempotency-Key came before with another submission, which is run {earlier.Id}; give each submission its own");
        }

        if (_entries.Values.Count(entry => entry.State is QueueState.Queued or QueueState.BackingOff) >= _settings.Queue)
        {
            throw new RefusedException(Refusal.Full, $"{_settings.Queue} runs wait already (StreamTrainer:Queue); try again when some have ended");
        }

        if (ticket.After.FirstOrDefault(id => _paths.Find(id) is null) is { } missing)
        {
            throw new RefusedException(Refusal.Invalid, $"after: there is no run '{missing}'");
        }

        if (run.Id is { } taken && RunDirectory.IsId(taken) && Path.Exists(Path.Combine(_paths.Runs, taken)))
        {
            throw new RefusedException(Refusal.Conflict, $"there is a run '{taken}' already; resume it, or choose another id");
        }

        RunDirectory made = RunDirectory.Create(_paths.Runs, run.Id, run.Recipe, () => run.Environment, staged => TicketFile.Write(staged, ticket));
        Put(new QueueEntry(made.Id, ticket));
        ServiceLog.Submitted(_logger, made.Id, ticket.By ?? "nobody");
        return new Submitted(made.Id, Created: true);
    }

    private void StopNow(string id, bool now, string? reason)
    {
        RunDirectory run = Existing(id);
        ProcessIdentity? owner = RunLock.LiveOwner(run)?.Process;
        if (!_entries.TryGetValue(id, out QueueEntry? entry) || entry.State == QueueState.Ended)
        {
            // Started by somebody else: on this machine its process can be asked.
            Signal(owner ?? throw new RefusedException(Refusal.Conflict, $"run {id} is not running"), now);
            return;
        }

        RunTicket ticket = entry.Ticket with { Wish = RunWish.Rest, Reason = reason };
        TicketFile.Write(run, ticket);
        if (!entry.IsActive)
        {
            Put(entry with { Ticket = ticket, State = QueueState.Ended, Reason = reason });
            return;
        }

        Put(entry with { Ticket = ticket, State = QueueState.Stopping, KillAt = now ? Now : KillTime, Reason = reason });
        Signal(entry.Process!, now);
    }

    private static void Signal(ProcessIdentity process, bool now)
    {
        if (now)
        {
            DetachedProcess.Kill(process);
        }
        else
        {
            DetachedProcess.Terminate(process);
        }
    }

    private void ResumeNow(string id, RunTicket fresh)
    {
        RunDirectory run = Existing(id);
        if (IsComplete(id))
        {
            throw new RefusedException(Refusal.Conflict, $"run {id} is complete; there is nothing to resume");
        }

        _entries.TryGetValue(id, out QueueEntry? entry);
        if (entry?.State == QueueState.BackingOff)
        {
            Put(entry with { State = QueueState.Queued, Failures = 0, Reason = null });
            return;
        }

        if (entry is not null && entry.State != QueueState.Ended)
        {
            throw new RefusedException(Refusal.Conflict, $"run {id} is {(entry.State == QueueState.Queued ? "queued" : "running")} already");
        }

        if (RunLock.LiveOwner(run) is { } owner)
        {
            throw new RefusedException(Refusal.Conflict, $"run {id} is in use by process {owner.Process.Id} on {owner.Host}; stop it first");
        }

        if (RunActivity.OfOtherHost(run, Now) is { } host)
        {
            throw new RefusedException(Refusal.Conflict, $"run {id} is written to by {host} right now; stop it there first");
        }

        RunTicket ticket = (entry?.Ticket ?? fresh) with { Wish = RunWish.Run, Reason = null };
        TicketFile.Write(run, ticket);
        Put(new QueueEntry(id, ticket));
    }

    private void DeleteNow(string id, string by)
    {
        RunDirectory run = Existing(id);
        if ((_entries.TryGetValue(id, out QueueEntry? entry) && entry.State != QueueState.Ended) || RunLock.LiveOwner(run) is not null || RunActivity.OfOtherHost(run, Now) is not null)
        {
            throw new RefusedException(Refusal.Conflict, $"run {id} is queued or running; stop it first");
        }

        if (_entries.Values.FirstOrDefault(other => other.State != QueueState.Ended && other.Ticket.After.Contains(id)) is { } waits)
        {
            throw new RefusedException(Refusal.Conflict, $"run {waits.Id} waits for {id}; stop it first");
        }

        _paths.Discard(run);
        Forget(id);
        ServiceLog.Deleted(_logger, id, by);
    }

    private RunDirectory Existing(string id) => _paths.Find(id) ?? throw new RefusedException(Refusal.NotFound, $"there is no run '{id}'");

    private bool IsComplete(string id)
    {
        // What is complete stays so until it is deleted; what is queued is not.
        if (!_complete.Contains(id) && !(_entries.TryGetValue(id, out QueueEntry? entry) && entry.State != QueueState.Ended && !entry.IsActive)
            && _paths.Find(id) is { } run && RunRemains.Summary(run)?.State == RunState.Completed)
        {
            _complete.Add(id);
        }

        return _complete.Contains(id);
    }

    private void Put(QueueEntry entry)
    {
        _store!.Save(entry);
        _entries[entry.Id] = entry;
        Changed?.Invoke(entry.Id);
    }

    private void Forget(string id)
    {
        _store!.Remove(id);
        _entries.TryRemove(id, out _);
        _complete.Remove(id);
        Changed?.Invoke(id);
    }

    private async Task StopRuns(CancellationToken cancellationToken)
    {
        QueueEntry[] active = [.. _entries.Values.Where(entry => entry.IsActive)];
        if (active.Length == 0)
        {
            return;
        }

        if (!_settings.StopRuns)
        {
            ServiceLog.LeavingRuns(_logger, active.Length);
            return;
        }

        // Nothing is written: the next start finds them ended, and wanted.
        ServiceLog.StoppingRuns(_logger, active.Length);
        Array.ForEach(active, entry => DetachedProcess.Terminate(entry.Process!));
        DateTime latest = KillTime;
        while (active.Any(entry => !DetachedProcess.HasEnded(entry.Process!, out _)) && Now < latest && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None).ConfigureAwait(false);
        }
    }
}
