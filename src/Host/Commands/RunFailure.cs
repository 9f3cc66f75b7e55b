using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary>What a run's log says of its end by an error; event ids from 3100.</summary>
internal static partial class RunFailure
{
    /// <summary>Writes it: what is expected without where in the program it happened, the rest with it.</summary>
    public static void Log(ILogger logger, Exception error)
    {
        if (error is UserErrorException or RunFailedException)
        {
            Expected(logger, error.Message);
        }
        else
        {
            Unexpected(logger, error, error.Message);
        }
    }

    [LoggerMessage(3100, LogLevel.Error, "the run failed: {Reason}")]
    private static partial void Expected(ILogger logger, string reason);

    [LoggerMessage(3101, LogLevel.Error, "the run failed: {Reason}")]
    private static partial void Unexpected(ILogger logger, Exception error, string reason);

    [LoggerMessage(3102, LogLevel.Warning, "summary.json cannot be written: {Reason}")]
    public static partial void NotSummarised(ILogger logger, string reason);
}
