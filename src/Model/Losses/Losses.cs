namespace StreamTrainer.Model.Losses;

/// <summary>Makes losses by their names. A new one is its file and one line here.</summary>
public static class Losses
{
    /// <summary>The loss of a recipe.</summary>
    /// <param name="options">Which, and its numbers.</param>
    /// <param name="classes">How many classes there are.</param>
    public static ILoss Create(LossOptions options, int classes)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Name switch
        {
            LossKind.CrossEntropy => new CrossEntropyLoss(options.Smoothing),
            LossKind.Bce => new BinaryCrossEntropyLoss(options, classes),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Name, "no loss"),
        };
    }
}
