using Microsoft.Extensions.Logging;

namespace StreamTrainer.Pipeline.Diagnostics;

/// <summary>All log messages of this project; event ids from 1000.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1000, LogLevel.Debug, "pipeline over {Source}: {Readers} readers, {Workers} workers, a ring of {Slots} batches")]
    public static partial void Opened(ILogger logger, string source, int readers, int workers, int slots);
}
