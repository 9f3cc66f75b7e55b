using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>Lines, for a log or a pipe: steps at most every few seconds, everything else as it happens.</summary>
internal sealed class PlainProgress(TextWriter writer, int epochs, bool notesOnly = false, TimeProvider? time = null) : IProgressDisplay
{
    /// <summary>Time between two steps that are shown.</summary>
    public static TimeSpan Between { get; } = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly LineWriter _lines = new(writer);
    private long _totalSteps;
    private long? _last;
    private int _alarms;

    public void On(TrainingEvent happened)
    {
        if (notesOnly)
        {
            return;
        }

        switch (happened)
        {
            case RunStarted run:
                _totalSteps = run.TotalSteps;
                _lines.Write(ProgressText.Started(run));
                break;
            case StepLogged step when _last is not { } last || _time.GetElapsedTime(last) >= Between || step.Step == _totalSteps:
                _last = _time.GetTimestamp();
                _lines.Write(ProgressText.Step(step, _totalSteps, epochs, _alarms));
                break;
            case HealthAlarm:
                // What it is, the log says.
                _alarms++;
                break;
            case EpochFinished epoch:
                _lines.Write(ProgressText.Finished(epoch, epochs));
                break;
            case Evaluated score:
                _lines.Write(ProgressText.Evaluated(score));
                break;
            case CheckpointSaved saved:
                _lines.Write(ProgressText.Saved(saved));
                break;
        }
    }

    public void Note(string text)
    {
        if (!notesOnly || text.StartsWith("warning", StringComparison.Ordinal) || text.StartsWith("error", StringComparison.Ordinal))
        {
            _lines.Write(text);
        }
    }

    public void Restore()
    {
    }

    public void Dispose()
    {
    }
}
