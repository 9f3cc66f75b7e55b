namespace StreamTrainer.Model.Training;

/// <summary>How a run stands.</summary>
public enum RunState
{
    /// <summary>It trains.</summary>
    Running,

    /// <summary>All steps are done.</summary>
    Completed,

    /// <summary>It was asked to stop, and saved its state.</summary>
    Stopped,

    /// <summary>It ended by an error.</summary>
    Failed,
}
