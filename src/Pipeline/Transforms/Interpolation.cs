namespace StreamTrainer.Pipeline.Transforms;

/// <summary>How pixels are resampled; the names are Pillow's, the results too.</summary>
public enum Interpolation
{
    /// <summary>Triangle filter of support 1, widened when shrinking.</summary>
    Bilinear,

    /// <summary>Cubic filter, a = -0.5, support 2, widened when shrinking.</summary>
    Bicubic,

    /// <summary>Bilinear or bicubic, drawn for each image with equal chance: timm's training default. Not for evaluation.</summary>
    Random,
}
