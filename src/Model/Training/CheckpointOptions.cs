using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Training;

/// <summary>When the state is saved, <c>checkpoint</c> in a recipe. The end of the run and a stop always save it.</summary>
public sealed record CheckpointOptions
{
    /// <summary>After every so many steps.</summary>
    [Description("Save after every so many steps."), Range(1L, long.MaxValue)]
    public long? EverySteps { get; init; }

    /// <summary>After every so many epochs.</summary>
    [Description("Save after every so many epochs."), Range(1, 1_000_000)]
    public int? EveryEpochs { get; init; } = 1;

    /// <summary>After so much time.</summary>
    [Description("Save after so much time, as 30s, 10m or 2h.")]
    public TimeSpan? Every { get; init; }

    /// <summary>How many of the newest are kept.</summary>
    [Description("How many of the newest checkpoints are kept; the best one is kept besides."), Range(1, 1_000_000)]
    public int Keep { get; init; } = 2;

    /// <summary>Checkpoints that are kept for good.</summary>
    [Description("Checkpoints after a multiple of so many steps are kept for good."), Range(1L, long.MaxValue)]
    public long? KeepEvery { get; init; }

    /// <summary>Write while training goes on.</summary>
    [Description("Write checkpoints while training goes on, from a copy in the host's memory; false: training waits, and no copy stays.")]
    public bool Background { get; init; } = true;
}
