namespace StreamTrainer.Model.Training;

/// <summary>A part of a network that is trained while the rest stays as it is.</summary>
public enum TrainedPart
{
    /// <summary>The classifier.</summary>
    Head,

    /// <summary>All norms: their weights and biases, and batch norm's running statistics.</summary>
    Norms,

    /// <summary>The last norm before the classifier, likewise.</summary>
    LastNorm,
}
