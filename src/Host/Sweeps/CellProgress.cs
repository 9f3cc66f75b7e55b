using System.Globalization;
using StreamTrainer.Host.Progress;
using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Sweeps;

/// <summary>How far a run is, by its event log.</summary>
internal sealed class CellProgress(RunDirectory run)
{
    private long _offset;
    private StepLogged? _step;
    private Evaluated? _score;
    private RunStarted? _started;

    /// <summary>Its state now, in a few words; empty where there is nothing to tell yet.</summary>
    public string Look()
    {
        try
        {
            foreach (TrainingEvent happened in EventLogReader.ReadFrom(run.EventsFile, ref _offset))
            {
                _started = happened as RunStarted ?? _started;
                _step = happened as StepLogged ?? _step;
                _score = happened as Evaluated ?? _score;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or UserErrorException)
        {
            // It is only to be shown.
        }

        string step = _step is null || _started is null ? "" : string.Create(CultureInfo.InvariantCulture, $" {100 * _step.Step / Math.Max(1, _started.TotalSteps)} %");
        string score = _score is null ? "" : string.Create(CultureInfo.InvariantCulture, $", top-1 {100 * _score.Top1:F2} %");
        string left = _step is null ? "" : $", {ProgressText.Duration(_step.SecondsLeft)} left";
        return step + score + left;
    }
}
