namespace StreamTrainer.Model.Diagnostics;

/// <summary>Names of phases for people and for metrics.</summary>
public static class PhaseNames
{
    /// <summary>The phase's name, as it stands in tables, in <c>summary.json</c> and as a metric's tag.</summary>
    public static string Label(this Phase phase) => phase switch
    {
        Phase.Startup => "startup",
        Phase.DataWait => "data wait",
        Phase.Transfer => "transfer",
        Phase.Forward => "forward",
        Phase.Backward => "backward",
        Phase.Optimizer => "optimizer",
        Phase.Evaluation => "evaluation",
        Phase.Checkpoint => "checkpoint",
        Phase.Report => "report",
        _ => throw new ArgumentOutOfRangeException(nameof(phase)),
    };
}
