namespace StreamTrainer.Model.Health;

/// <summary>What is wrong with a step, and what is to be done about it.</summary>
/// <param name="Kind">What is wrong.</param>
/// <param name="Action">What is to be done; <see cref="HealthAction.Stop"/> also where skipping came to its limit.</param>
public readonly record struct StepFault(HealthKind Kind, HealthAction Action)
{
    /// <summary>Whether the step's update is still done.</summary>
    public bool Updates => Action is HealthAction.Off or HealthAction.Warn;
}
