using StreamTrainer.Host.Runs;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>What a run's event log tells over its epochs. Where a resumed run did some again, the last time counts.</summary>
internal sealed class RunCurves
{
    private readonly SortedDictionary<long, double> _losses = [];
    private readonly SortedDictionary<long, Evaluated> _evaluations = [];

    /// <summary>The last start; null where there was none.</summary>
    public RunStarted? Started { get; private set; }

    /// <summary>Steps done, as far as is told.</summary>
    public long Steps { get; private set; }

    /// <summary>When the last thing happened, UTC; null where nothing did.</summary>
    public DateTime? LastTime { get; private set; }

    /// <summary>Mean training loss of each epoch: epochs done after it, loss.</summary>
    public IReadOnlyList<(double Epochs, double Loss)> Losses => [.. _losses.Select(pair => (EpochsAt(pair.Key), pair.Value))];

    /// <summary>The evaluations that count: of several of the same step (the model, its averages) the last one, which the run's own figure
    /// is, too. Epochs done, top-1 in percent, loss.</summary>
    public IReadOnlyList<(double Epochs, double Top1, double Loss)> Evaluations =>
        [.. _evaluations.Select(pair => (EpochsAt(pair.Key), 100 * pair.Value.Top1, pair.Value.Loss))];

    /// <summary>The last evaluation; null where there was none.</summary>
    public Evaluated? LastEvaluation => _evaluations.Count == 0 ? null : _evaluations.Last().Value;

    /// <summary>Epochs done, as far as is told.</summary>
    public double Epochs => EpochsAt(Steps);

    /// <summary>Epochs of the whole run; null where it did not start.</summary>
    public double? TotalEpochs => Started is { StepsPerEpoch: > 0 } started ? (double)started.TotalSteps / started.StepsPerEpoch : null;

    /// <summary>Reads a log.</summary>
    /// <exception cref="Pipeline.UserErrorException">It is none, or of a later version.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static RunCurves Read(string path)
    {
        var curves = new RunCurves();
        foreach (TrainingEvent happened in EventLogReader.Read(path))
        {
            curves.Add(happened);
        }

        return curves;
    }

    private void Add(TrainingEvent happened)
    {
        LastTime = happened.Time;
        switch (happened)
        {
            case RunStarted started:
                Started = started;
                Steps = started.Step;
                Forget(_losses, started.Step);
                Forget(_evaluations, started.Step);
                break;
            case StepLogged step:
                Steps = step.Step;
                break;
            case EpochFinished epoch:
                Steps = epoch.Step;
                _losses[epoch.Step] = epoch.Loss;
                break;
            case Evaluated evaluated:
                Steps = evaluated.Step;
                _evaluations[evaluated.Step] = evaluated;
                break;
            default:
                break;
        }
    }

    /// <summary>What came after the checkpoint that a run went on from never was.</summary>
    private static void Forget<T>(SortedDictionary<long, T> byStep, long step)
    {
        foreach (long later in byStep.Keys.Where(each => each > step).ToArray())
        {
            byStep.Remove(later);
        }
    }

    private double EpochsAt(long step) => Started is { StepsPerEpoch: > 0 } started ? (double)step / started.StepsPerEpoch : 0;
}
