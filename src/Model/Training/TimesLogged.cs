using MessagePack;

namespace StreamTrainer.Model.Training;

/// <summary>Where the time went since the last such record, every few seconds: what the stall view is drawn from.</summary>
[MessagePackObject]
public sealed record TimesLogged : TrainingEvent
{
    /// <summary>Steps done.</summary>
    [Key("step")] public long Step { get; init; }

    /// <summary>Seconds that this is about.</summary>
    [Key("seconds")] public double Seconds { get; init; }

    /// <summary>Seconds by phase of the training thread; the sum is <see cref="Seconds"/>.</summary>
    [Key("phases")] public IReadOnlyDictionary<string, double> Phases { get; init; } = new Dictionary<string, double>();

    /// <summary>What the pipeline's threads did: seconds by stage, over all threads.</summary>
    [Key("stages")] public IReadOnlyDictionary<string, double> Stages { get; init; } = new Dictionary<string, double>();

    /// <summary>What the trainer waited for: seconds by stage.</summary>
    [Key("stalls")] public IReadOnlyDictionary<string, double> Stalls { get; init; } = new Dictionary<string, double>();

    /// <summary>Filled batches that were there when one was asked for, on average.</summary>
    [Key("ready")] public double Ready { get; init; }

    /// <summary>Batches that the ring holds.</summary>
    [Key("slots")] public int Slots { get; init; }

    /// <summary>Groups of read samples that waited for a worker, on average.</summary>
    [Key("queued")] public double Queued { get; init; }

    /// <summary>Groups that may wait so.</summary>
    [Key("queueCapacity")] public int QueueCapacity { get; init; }

    /// <summary>Workers that work now.</summary>
    [Key("activeWorkers")] public int ActiveWorkers { get; init; }

    /// <summary>Worker threads that there are.</summary>
    [Key("workers")] public int Workers { get; init; }

    /// <summary>Reader threads.</summary>
    [Key("readers")] public int Readers { get; init; }

    /// <summary>Cores that the process may use.</summary>
    [Key("cores")] public int Cores { get; init; }

    /// <summary>The slowest samples meanwhile, the slowest first.</summary>
    [Key("slowest")] public IReadOnlyList<SlowSampleRecord> Slowest { get; init; } = [];
}

/// <summary>A sample that took longer than others.</summary>
[MessagePackObject]
public sealed record SlowSampleRecord
{
    /// <summary>Its index in the training set.</summary>
    [Key("index")] public long Index { get; init; }

    /// <summary>Its name.</summary>
    [Key("sample")] public string Sample { get; init; } = "";

    /// <summary>What took so long: <c>read</c>, or <c>work</c>: decoding and augmenting.</summary>
    [Key("stage")] public string Stage { get; init; } = "";

    /// <summary>How long.</summary>
    [Key("seconds")] public double Seconds { get; init; }
}
