namespace StreamTrainer.Model.Schedules;

/// <summary>The learning rate over time: a pure function, so a run that goes on needs no state of it.</summary>
public interface ISchedule
{
    /// <summary>The rate at a time in epochs from 0, whole at the beginning of an epoch; past the end it stays where it is.</summary>
    double RateAt(double epoch);
}
