using System.ComponentModel;

namespace StreamTrainer.Host.Api.Contracts;

/// <summary>How a run stands, for whoever looks from outside.</summary>
internal enum RunStatus
{
    /// <summary>It waits for slots, or for other runs.</summary>
    Queued,

    /// <summary>It crashed, and waits before its next start.</summary>
    Waiting,

    /// <summary>Its process is there, and does not train yet.</summary>
    Starting,

    /// <summary>It trains.</summary>
    Running,

    /// <summary>It was asked to stop, and saves its state.</summary>
    Stopping,

    /// <summary>It rests, with its state saved.</summary>
    Stopped,

    /// <summary>All its steps are done.</summary>
    Completed,

    /// <summary>It ended by an error.</summary>
    Failed,

    /// <summary>Its process was killed, and nobody starts it again: it was not started by the service.</summary>
    Lost,
}

/// <summary>A run.</summary>
internal sealed record RunView
{
    [Description("The run's name.")]
    public required string Id { get; init; }

    [Description("How it stands.")]
    public required RunStatus State { get; init; }

    [Description("Why it waits, failed or rests; absent where there is nothing to say.")]
    public string? Reason { get; init; }

    [Description("The model's name.")]
    public required string Model { get; init; }

    [Description("What its recipe says that it is for.")]
    public required string Description { get; init; }

    [Description("When it was made.")]
    public required DateTime Created { get; init; }

    [Description("When its first process started.")]
    public DateTime? Started { get; init; }

    [Description("When its last process ended; absent while one is there.")]
    public DateTime? Finished { get; init; }

    [Description("How far it is; absent before its first start.")]
    public RunProgress? Progress { get; init; }

    [Description("Share of validation images whose class came first, of the last evaluation.")]
    public double? Top1 { get; init; }

    [Description("The same for the first five classes.")]
    public double? Top5 { get; init; }

    [Description("The best evaluation's top-1.")]
    public double? BestTop1 { get; init; }

    [Description("Its place in the queue; absent where the service does not look after it.")]
    public RunQueueView? Queue { get; init; }

    [Description("The process that trains it; absent where none does.")]
    public RunProcessView? Process { get; init; }
}

/// <summary>How far a run is.</summary>
internal sealed record RunProgress
{
    [Description("Steps done.")]
    public required long Step { get; init; }

    [Description("Steps of the whole run.")]
    public long? TotalSteps { get; init; }

    [Description("Epochs done.")]
    public double? Epochs { get; init; }

    [Description("Share of the steps that is done, 0 to 1.")]
    public double? Share { get; init; }

    [Description("Expected seconds to the end; absent where it does not run.")]
    public double? SecondsLeft { get; init; }

    [Description("Seconds of all its processes together.")]
    public double? WallSeconds { get; init; }

    [Description("Training images a second.")]
    public double? ImagesPerSecond { get; init; }

    [Description("Share of the time that the trainer waited for data, 0 to 1.")]
    public double? DataWaitShare { get; init; }

    [Description("Mean loss since the record before.")]
    public double? Loss { get; init; }

    [Description("Learning rate.")]
    public double? LearningRate { get; init; }
}

/// <summary>A run's place in the queue.</summary>
internal sealed record RunQueueView
{
    [Description("Who submitted it.")]
    public string? By { get; init; }

    [Description("When it was submitted.")]
    public required DateTime Submitted { get; init; }

    [Description("Runs of a higher one start before others.")]
    public required int Priority { get; init; }

    [Description("Runs that must be complete before it starts.")]
    public required IReadOnlyList<string> After { get; init; }

    [Description("What starts it: process or mpirun.")]
    public required string Launch { get; init; }

    [Description("Its processes.")]
    public required int Ranks { get; init; }

    [Description("The slots that it holds, counted from 0.")]
    public required IReadOnlyList<int> Slots { get; init; }

    [Description("Crashes one after the other without it having come further.")]
    public required int Failures { get; init; }

    [Description("Not to be started before; absent where it does not wait for a time.")]
    public DateTime? NotBefore { get; init; }
}

/// <summary>The process that trains a run.</summary>
/// <param name="Id">Its number on its machine; absent of another machine's.</param>
/// <param name="Host">The machine.</param>
/// <param name="Since">Since when; absent of another machine's.</param>
internal sealed record RunProcessView(int? Id, string Host, DateTime? Since);
