namespace StreamTrainer.Host.Reports.Reading;

/// <summary>How a run stands, seen from outside.</summary>
internal enum RunStanding
{
    /// <summary>All its steps are done: the only ones that enter statistics.</summary>
    Completed,

    /// <summary>A living process trains it.</summary>
    Running,

    /// <summary>It was asked to stop, and saved its state.</summary>
    Stopped,

    /// <summary>It ended by an error.</summary>
    Failed,

    /// <summary>Its process is gone and told nothing.</summary>
    Killed,

    /// <summary>It is made, and no training has begun.</summary>
    NotBegun,

    /// <summary>A sweep has it, and it is not there.</summary>
    Missing,

    /// <summary>It cannot be read.</summary>
    Broken,

    /// <summary>A folder among runs that is none.</summary>
    NoRun,
}
