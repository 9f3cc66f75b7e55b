using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Runs;

/// <summary>The logs that <c>log.to</c> asks for. One that cannot be written never ends training: that is told once, and it is
/// left off.</summary>
public sealed class ForeignLogs : ITrainingObserver, IDisposable
{
    private readonly List<ITrainingObserver> _logs = [];
    private readonly RunDirectory _run;
    private readonly ILogger _logger;

    /// <summary>Opens a run's.</summary>
    public ForeignLogs(RunDirectory run, LogOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(options);
        _run = run;
        _logger = logger;
        foreach (LogTarget target in options.To.Distinct())
        {
            Guard(() => _logs.Add(target == LogTarget.Csv ? new CsvLog(run.CsvFile) : new TensorBoardLog(run.TensorBoardDirectory)));
        }
    }

    /// <inheritdoc/>
    public void On(TrainingEvent happened)
    {
        foreach (ITrainingObserver log in _logs.ToArray())
        {
            if (!Guard(() => log.On(happened)))
            {
                _logs.Remove(log);
                Guard(() => (log as IDisposable)?.Dispose());
            }
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _logs.OfType<IDisposable>().ToList().ForEach(log => Guard(log.Dispose));

    private bool Guard(Action write)
    {
        try
        {
            write();
            return true;
        }
        // .NET says ArgumentOutOfRange where a file may not grow any more (EFBIG).
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            RunLog.NotRecorded(_logger, _run.Path, error.Message);
            return false;
        }
    }
}
