using System.Diagnostics;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Progress;

/// <summary>Lines, for a log or a pipe: steps at most every few seconds, everything else as it happens.</summary>
internal sealed class PlainProgress(TextWriter writer, int epochs, bool notesOnly = false) : IProgressDisplay
{
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private long _totalSteps;
    private long _last;

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
                Write(ProgressText.Started(run));
                break;
            case StepLogged step when _last == 0 || Stopwatch.GetElapsedTime(_last) >= s_between || step.Step == _totalSteps:
                _last = Stopwatch.GetTimestamp();
                Write(ProgressText.Step(step, _totalSteps, epochs));
                break;
            case Evaluated score:
                Write(ProgressText.Evaluated(score));
                break;
        }
    }

    public void Note(string text)
    {
        if (!notesOnly || text.StartsWith("warning", StringComparison.Ordinal) || text.StartsWith("error", StringComparison.Ordinal))
        {
            Write(text);
        }
    }

    public void Dispose()
    {
    }

    private void Write(string line)
    {
        lock (_lock)
        {
            writer.WriteLine(Printable.Text(line));
            writer.Flush();
        }
    }
}
