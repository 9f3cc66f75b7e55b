using Microsoft.Extensions.Logging;

namespace StreamTrainer.Host.Service;

/// <summary>Log messages of the service; event ids from 3200. A run is named by its id; nothing of a request but that stands in them.</summary>
internal static partial class ServiceLog
{
    [LoggerMessage(3200, LogLevel.Information, "run {Id}: submitted by {By}")]
    public static partial void Submitted(ILogger logger, string id, string by);

    [LoggerMessage(3201, LogLevel.Information, "run {Id}: process {Process} started on slots {Slots}, from step {Step}")]
    public static partial void Started(ILogger logger, string id, int process, string slots, long step);

    [LoggerMessage(3202, LogLevel.Information, "run {Id}: adopted, process {Process} is alive")]
    public static partial void Adopted(ILogger logger, string id, int process);

    [LoggerMessage(3203, LogLevel.Information, "run {Id}: {What}")]
    public static partial void Settled(ILogger logger, string id, string what);

    [LoggerMessage(3204, LogLevel.Warning, "run {Id}: {What}")]
    public static partial void Crashed(ILogger logger, string id, string what);

    [LoggerMessage(3205, LogLevel.Warning, "run {Id}: process {Process} did not stop in time and is killed")]
    public static partial void Killed(ILogger logger, string id, int process);

    [LoggerMessage(3206, LogLevel.Information, "the queue is made anew of {Count} tickets in {Runs}")]
    public static partial void Rebuilt(ILogger logger, int count, string runs);

    [LoggerMessage(3207, LogLevel.Warning, "the queue's database was damaged ({Reason}) and is moved to {Path}; the tickets in the run directories bring it back")]
    public static partial void Damaged(ILogger logger, string path, string reason);

    [LoggerMessage(3208, LogLevel.Error, "the queue could not be looked after: {Reason}; it is tried again")]
    public static partial void Trouble(ILogger logger, string reason, Exception error);

    [LoggerMessage(3209, LogLevel.Information, "stopping {Count} runs, each with a checkpoint; they go on with the next start")]
    public static partial void StoppingRuns(ILogger logger, int count);

    [LoggerMessage(3210, LogLevel.Information, "{Count} runs go on without the service")]
    public static partial void LeavingRuns(ILogger logger, int count);

    [LoggerMessage(3211, LogLevel.Information, "run {Id}: deleted by {By}")]
    public static partial void Deleted(ILogger logger, string id, string by);

    [LoggerMessage(3212, LogLevel.Warning, "{Path} cannot be read: {Reason}")]
    public static partial void Unreadable(ILogger logger, string path, string reason);
}
