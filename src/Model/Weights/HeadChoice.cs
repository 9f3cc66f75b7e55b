namespace StreamTrainer.Model.Weights;

/// <summary>What becomes of the classifier of the weights that a run starts from.</summary>
public enum HeadChoice
{
    /// <summary>Kept where the classes are the same, else fresh.</summary>
    Auto,

    /// <summary>Kept, whatever the classes are called.</summary>
    Keep,

    /// <summary>Fresh in any case.</summary>
    Fresh,
}
