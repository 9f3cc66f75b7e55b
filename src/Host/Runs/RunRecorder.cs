using System.Text;
using Microsoft.Extensions.Logging;
using StreamTrainer.Model.Health;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Runs;

/// <summary>
/// Writes what happens in a run into its directory: events to the event log, corrupt samples to their list. The disk is
/// waited for only where training stands still anyway (a checkpoint, the end). A record that cannot be written never ends
/// training: it is told once, and the next ones are tried again. Any thread: what ends a run may come on another one.
/// </summary>
public sealed class RunRecorder : ITrainingObserver, IDisposable
{
    private readonly RunDirectory _run;
    private readonly ILogger _logger;
    private readonly EventLogWriter _events;
    private readonly HashSet<string> _badSamples;
    private readonly Lock _lock = new();
    private bool _failing;

    /// <summary>Opens the files of a run, to go on with what they hold.</summary>
    /// <exception cref="Pipeline.UserErrorException">The event log is not one.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public RunRecorder(RunDirectory run, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(logger);
        _run = run;
        _logger = logger;
        _events = EventLogWriter.Open(run.EventsFile);
        _badSamples = BadSamples(run);
    }

    /// <summary>How many different samples could not be used, over all parts of the run.</summary>
    public int BadSampleCount => _badSamples.Count;

    /// <inheritdoc/>
    public void On(TrainingEvent happened)
    {
        ArgumentNullException.ThrowIfNull(happened);
        lock (_lock)
        {
            Write(happened);
        }
    }

    private void Write(TrainingEvent happened)
    {
        try
        {
            _events.Append(happened);
            if (happened is SampleRejected rejected && _badSamples.Add(OneLine(rejected.Sample)))
            {
                File.AppendAllText(_run.BadSamplesFile, $"{OneLine(rejected.Sample)}\t{OneLine(rejected.Reason)}\n");
            }

            if (happened is CheckpointSaved or RunFinished or HealthAlarm { Action: HealthAction.Stop })
            {
                _events.Flush();
            }

            _failing = false;
        }
        // .NET says ArgumentOutOfRange where a file may not grow any more (EFBIG).
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            if (!_failing)
            {
                _failing = true;
                RunLog.NotRecorded(_logger, _run.Path, error.Message);
            }
        }
    }

    /// <summary>Brings everything to the disk and closes the files.</summary>
    public void Dispose()
    {
        try
        {
            _events.Flush();
        }
        catch (IOException error)
        {
            RunLog.NotRecorded(_logger, _run.Path, error.Message);
        }

        _events.Dispose();
    }

    private static HashSet<string> BadSamples(RunDirectory run) => File.Exists(run.BadSamplesFile)
        ? [.. File.ReadLines(run.BadSamplesFile).Where(line => line.Length > 0).Select(line => line.Split('\t')[0])]
        : [];

    private static string OneLine(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var line = new StringBuilder();
        foreach (char letter in text)
        {
            line.Append(char.IsControl(letter) ? ' ' : letter);
        }

        return line.ToString();
    }
}
