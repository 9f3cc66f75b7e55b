namespace StreamTrainer.Host.Commands;

/// <summary>A run ended by an error that nobody foresaw; its details stand in the run's log.</summary>
/// <param name="logFile">The log.</param>
/// <param name="inner">The error.</param>
internal sealed class RunCrashedException(string logFile, Exception inner) : Exception(inner.Message, inner)
{
    /// <summary>Where the details are.</summary>
    public string LogFile => logFile;
}
