using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Replay;

/// <summary>What a run's log knows of a step, and of the way to it.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Alarm">What was wrong with it; null where nothing was.</param>
/// <param name="Losses">Recorded losses of single steps of the way, by step.</param>
/// <param name="Rates">Factors on the schedule's rate, by the step after which they hold.</param>
/// <param name="LastCheckpoint">The last step whose checkpoint lies on the way.</param>
/// <param name="Ranks">Processes that trained; 0 where nobody knows.</param>
internal sealed record StepRecord(
    long Step, HealthAlarm? Alarm, IReadOnlyDictionary<long, double> Losses, SortedList<long, double> Rates, long LastCheckpoint, int Ranks)
{
    /// <summary>The step's own recorded loss; null where there is none.</summary>
    public double? Loss => Alarm?.Loss ?? (Losses.TryGetValue(Step, out double loss) ? loss : null);

    /// <summary>What the schedule's rate was multiplied by at a step, from 0.</summary>
    public double FactorAt(long step)
    {
        double factor = 1;
        foreach ((long after, double value) in Rates)
        {
            factor = after <= step ? value : factor;
        }

        return factor;
    }
}
