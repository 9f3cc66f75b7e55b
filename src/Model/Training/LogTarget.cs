namespace StreamTrainer.Model.Training;

/// <summary>A log in another program's format, beside the run's own.</summary>
public enum LogTarget
{
    /// <summary>TensorBoard's event files, in <c>tensorboard/</c> of the run.</summary>
    Tensorboard,

    /// <summary>timm's <c>summary.csv</c>: a row an epoch.</summary>
    Csv,
}
