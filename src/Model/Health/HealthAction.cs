namespace StreamTrainer.Model.Health;

/// <summary>What is done about a trouble of a training.</summary>
public enum HealthAction
{
    /// <summary>It is not looked for.</summary>
    Off,

    /// <summary>It is recorded, and training goes on.</summary>
    Warn,

    /// <summary>The run ends; its checkpoints stand.</summary>
    Stop,

    /// <summary>The step's update is left out.</summary>
    Skip,

    /// <summary>The run goes on from its last good checkpoint, at a lower rate.</summary>
    RollBack,
}
