using Microsoft.Extensions.Logging;

namespace StreamTrainer.Host.Runs;

/// <summary>Log messages of a run's directory; event ids from 3000.</summary>
internal static partial class RunLog
{
    [LoggerMessage(3000, LogLevel.Warning, "what happens cannot be recorded in {Path}: {Reason}; training goes on without")]
    public static partial void NotRecorded(ILogger logger, string path, string reason);

    [LoggerMessage(3002, LogLevel.Warning, "the checkpoint {Path} is passed over: {Reason}")]
    public static partial void CheckpointSkipped(ILogger logger, string path, string reason);

    [LoggerMessage(3001, LogLevel.Warning, "the log {Path} cannot be written: {Reason}; training goes on without")]
    public static partial void NotLogged(ILogger logger, string path, string reason);
}
