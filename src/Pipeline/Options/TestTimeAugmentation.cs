namespace StreamTrainer.Pipeline.Options;

/// <summary>What an image is scored as.</summary>
public enum TestTimeAugmentation
{
    /// <summary>As it is.</summary>
    None,

    /// <summary>As it is and mirrored: the mean of both logits, at twice the work.</summary>
    Flip,

    /// <summary>That, and the same of it shifted by a pixel to either corner, which together weigh half: at six times the work. For images
    /// of a few dozen pixels (Jordan, arXiv 2404.00498, section 3.5).</summary>
    FlipTranslate,
}
