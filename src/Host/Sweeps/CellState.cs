namespace StreamTrainer.Host.Sweeps;

/// <summary>How a run of a sweep stands.</summary>
public enum CellState
{
    /// <summary>It was not begun.</summary>
    Waiting,

    /// <summary>A living process trains it.</summary>
    Running,

    /// <summary>It was stopped, or its machine was: it goes on from its last checkpoint.</summary>
    Stopped,

    /// <summary>It ended by an error.</summary>
    Failed,

    /// <summary>It is done.</summary>
    Completed,
}
