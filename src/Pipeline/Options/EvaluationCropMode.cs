namespace StreamTrainer.Pipeline.Options;

/// <summary>How a test image is taken; the names are timm's <c>crop_mode</c>.</summary>
public enum EvaluationCropMode
{
    /// <summary>The short side resized to floor(size / cropPct), then the centre crop: proportions stay, edges are lost.</summary>
    Center,

    /// <summary>The long side resized to floor(size / cropPct), a border of the mean colour where the image is then too small, the
    /// centre crop: proportions stay, with cropPct 1 nothing is lost.</summary>
    Border,

    /// <summary>Both sides resized to floor(size / cropPct), then the centre crop: proportions change, with cropPct 1 nothing is lost.</summary>
    Squash,
}
