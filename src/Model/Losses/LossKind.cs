namespace StreamTrainer.Model.Losses;

/// <summary>The loss function.</summary>
public enum LossKind
{
    /// <summary>Softmax cross-entropy.</summary>
    CrossEntropy,

    /// <summary>Binary cross-entropy of every class (ResNet strikes back, section 3).</summary>
    Bce,
}
