namespace StreamTrainer.Model.Schedules;

/// <summary>How the learning rate goes.</summary>
public enum ScheduleKind
{
    /// <summary>Half a cosine from the base rate to <c>minLr</c>.</summary>
    Cosine,

    /// <summary>Times <c>decayRate</c> every <c>decayEpochs</c>.</summary>
    Step,

    /// <summary>Linear from the base rate to <c>minLr</c>.</summary>
    Linear,

    /// <summary>The base rate throughout.</summary>
    Constant,

    /// <summary>Exponential: times <c>decayRate</c> over the whole run.</summary>
    Exponential,
}
