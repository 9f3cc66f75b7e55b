using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace StreamTrainer.Model.Training;

/// <summary>How often progress is recorded, <c>log</c> in a recipe.</summary>
public sealed record LogOptions
{
    /// <summary>A record after every so many steps.</summary>
    [Description("Record loss, rate and times after every so many steps; the first and the last of an epoch always, and at least every 10 s."), Range(1, 1_000_000)]
    public int EverySteps { get; init; } = 10;

    /// <summary>Logs in other programs' formats.</summary>
    [Description("Logs in other programs' formats, beside the run's own: tensorboard (event files in tensorboard/ of the run), csv (timm's summary.csv).")]
    public IReadOnlyList<LogTarget> To { get; init; } = [];
}
