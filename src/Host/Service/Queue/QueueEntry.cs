using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Queue;

/// <summary>Where a run stands in the queue.</summary>
internal enum QueueState
{
    /// <summary>It waits for slots, or for other runs.</summary>
    Queued,

    /// <summary>It crashed, and waits before its next start.</summary>
    BackingOff,

    /// <summary>Its process is there.</summary>
    Running,

    /// <summary>Its process was asked to stop.</summary>
    Stopping,

    /// <summary>Nothing is to be done: it is complete, or rests.</summary>
    Ended,
}

/// <summary>A run as the supervisor sees it. Immutable; the supervisor puts a new one in the place of the old.</summary>
internal sealed record QueueEntry(string Id, RunTicket Ticket)
{
    /// <summary>Where it stands.</summary>
    public QueueState State { get; init; }

    /// <summary>Not to be started before, UTC.</summary>
    public DateTime NotBefore { get; init; }

    /// <summary>Crashes one after the other without the run having come further.</summary>
    public int Failures { get; init; }

    /// <summary>The newest checkpoint's step when its last process started; -1: none.</summary>
    public long FromStep { get; init; } = -1;

    /// <summary>The process that was started, or found alive; with mpirun, mpirun.</summary>
    public ProcessIdentity? Process { get; init; }

    /// <summary>When that was, UTC.</summary>
    public DateTime? StartedAt { get; init; }

    /// <summary>The slots that it holds.</summary>
    public IReadOnlyList<int> Slots { get; init; } = [];

    /// <summary>When its process is killed if it has not stopped by then, UTC.</summary>
    public DateTime? KillAt { get; init; }

    /// <summary>What is to be said of its state: why it waits, crashed or rests.</summary>
    public string? Reason { get; init; }

    /// <summary>Whether it has, or may have, a process.</summary>
    public bool IsActive => State is QueueState.Running or QueueState.Stopping;
}
