namespace StreamTrainer.Pipeline.Transforms;

/// <summary>How pixels are resampled; the names are Pillow's, the results too. All but <see cref="Nearest"/> are widened when
/// shrinking, so that every pixel counts.</summary>
public enum Interpolation
{
    /// <summary>Triangle filter of support 1.</summary>
    Bilinear,

    /// <summary>Cubic filter, a = -0.5, support 2.</summary>
    Bicubic,

    /// <summary>Bilinear or bicubic, drawn for each image with equal chance: timm's training default. Not for evaluation.</summary>
    Random,

    /// <summary>Lanczos filter, support 3.</summary>
    Lanczos,

    /// <summary>Mean of the pixels below, support 0.5.</summary>
    Box,

    /// <summary>Hamming-windowed filter of support 1: as sharp as bicubic, as cheap as bilinear.</summary>
    Hamming,

    /// <summary>The nearest pixel; no filter.</summary>
    Nearest,
}
