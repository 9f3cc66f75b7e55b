using System.ComponentModel;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>Whether and why the trainer waits for data.</summary>
internal sealed record StallsView
{
    [Description("The last few seconds; absent before the first record.")]
    public StallWindow? Now { get; init; }

    [Description("The whole run, of all its processes.")]
    public required StallWindow All { get; init; }

    [Description("The pipeline's stages now, in the order of the data's way; absent before the first record.")]
    public PipelineView? Pipeline { get; init; }

    [Description("The slowest samples of the last few minutes, the slowest first.")]
    public required IReadOnlyList<SlowSampleView> Slowest { get; init; }
}

/// <summary>A stretch of a run.</summary>
internal sealed record StallWindow
{
    [Description("Seconds of it.")]
    public required double Seconds { get; init; }

    [Description("Share of the training time that the trainer waited for data, 0 to 1.")]
    public required double Share { get; init; }

    [Description("What was waited for most: order, source, decode, transform or transfer; absent where the waits are negligible.")]
    public string? Cause { get; init; }

    [Description("What helps against it.")]
    public string? Advice { get; init; }

    [Description("Seconds waited, by cause.")]
    public required IReadOnlyDictionary<string, double> Causes { get; init; }

    [Description("Seconds by phase of the training thread.")]
    public required IReadOnlyDictionary<string, double> Phases { get; init; }

    [Description("Seconds by what the pipeline's threads did, over all threads.")]
    public required IReadOnlyDictionary<string, double> Stages { get; init; }
}

/// <summary>How full the pipeline is, on average over the last few seconds.</summary>
/// <param name="Queued">Groups of read samples that wait for a worker.</param>
/// <param name="QueueCapacity">Groups that may wait so.</param>
/// <param name="Ready">Filled batches that wait for the trainer; 0 is a stall.</param>
/// <param name="Slots">Batches that the ring holds.</param>
/// <param name="Readers">Threads that read.</param>
/// <param name="ActiveWorkers">Threads that decode and augment now.</param>
/// <param name="Workers">Threads that could.</param>
/// <param name="Cores">Cores that the process may use.</param>
internal sealed record PipelineView(double Queued, int QueueCapacity, double Ready, int Slots, int Readers, int ActiveWorkers, int Workers, int Cores);

/// <summary>A sample that took longer than others.</summary>
/// <param name="Index">Its index in the training set.</param>
/// <param name="Sample">Its name.</param>
/// <param name="Stage">What took so long: read, or work: decoding and augmenting.</param>
/// <param name="Seconds">How long.</param>
internal sealed record SlowSampleView(long Index, string Sample, string Stage, double Seconds);
