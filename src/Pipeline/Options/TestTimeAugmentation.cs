namespace StreamTrainer.Pipeline.Options;

/// <summary>What an image is scored as.</summary>
public enum TestTimeAugmentation
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>As it is and mirrored: the mean of both logits, at twice the work.</summary>
    Flip,
}
