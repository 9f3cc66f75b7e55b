using Microsoft.Extensions.Logging;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>All log messages of this project; event ids from 1000.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1000, LogLevel.Debug, "pipeline over {Source}: {Readers} readers, {Workers} workers, a ring of {Slots} batches")]
    public static partial void Opened(ILogger logger, string source, int readers, int workers, int slots);

    [LoggerMessage(1001, LogLevel.Warning, "the trainer waited {Percent:F0} % of the last {Seconds:F0} s for data, most of it for {Cause}: {Advice}")]
    public static partial void Stalled(ILogger logger, double percent, double seconds, string cause, string advice);

    [LoggerMessage(1002, LogLevel.Information, "the trainer waited {Waited:F1} s of {Seconds:F1} s for data, {CauseSeconds:F1} s of it for {Cause}")]
    public static partial void StalledInAll(ILogger logger, double waited, double seconds, string cause, double causeSeconds);

    [LoggerMessage(1003, LogLevel.Debug, "{Workers} of {Most} workers work now")]
    public static partial void WorkersChanged(ILogger logger, int workers, int most);
}
