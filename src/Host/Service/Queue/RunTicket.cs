namespace StreamTrainer.Host.Service.Queue;

/// <summary>What is wanted of a run.</summary>
internal enum RunWish
{
    /// <summary>That it runs to its end.</summary>
    Run,

    /// <summary>That it rests: somebody stopped it, or it failed for good.</summary>
    Rest,
}

/// <summary>What starts a run's processes.</summary>
internal enum LaunchKind
{
    /// <summary>One process on this machine.</summary>
    Process,

    /// <summary>Several, by mpirun on this machine.</summary>
    Mpirun,
}

/// <summary>
/// All that the service needs to queue a run again: <c>ticket.json</c> in its directory, which is written before the database. Its
/// database may be lost, the tickets bring it back.
/// </summary>
internal sealed record RunTicket
{
    /// <summary>The file's version.</summary>
    public int Format { get; init; } = 1;

    /// <summary>When it was submitted, UTC.</summary>
    public DateTime Submitted { get; init; }

    /// <summary>Who submitted it: a key's name.</summary>
    public string? By { get; init; }

    /// <summary>Runs of a higher one start before others.</summary>
    public int Priority { get; init; }

    /// <summary>Runs that must be complete before it starts.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>What starts it.</summary>
    public LaunchKind Launch { get; init; }

    /// <summary>Its processes; as many slots does it hold.</summary>
    public int Ranks { get; init; } = 1;

    /// <summary>How often it is started again after a crash without having come further; null: as the service is set.</summary>
    public int? Restarts { get; init; }

    /// <summary>Seconds after which a process of it is stopped, with a checkpoint; null: none.</summary>
    public double? TimeLimitSeconds { get; init; }

    /// <summary>Hash of the submission's Idempotency-Key with its owner; null: it had none.</summary>
    public string? Key { get; init; }

    /// <summary>Hash of the submission that had the key.</summary>
    public string? KeyBody { get; init; }

    /// <summary>The trace that it belongs to, W3C's <c>traceparent</c>.</summary>
    public string? TraceParent { get; init; }

    /// <summary>What is wanted of it now.</summary>
    public RunWish Wish { get; init; }

    /// <summary>Why it rests, where the service decided so.</summary>
    public string? Reason { get; init; }
}
