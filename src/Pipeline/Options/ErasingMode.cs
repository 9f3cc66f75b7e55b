namespace StreamTrainer.Pipeline.Options;

/// <summary>What random erasing fills rectangles with; timm's names.</summary>
public enum ErasingMode
{
    /// <summary>The data set's mean colour: 0 after normalisation.</summary>
    Const,

    /// <summary>One normal number for each channel of a rectangle.</summary>
    Rand,

    /// <summary>A normal number for each channel of each pixel: timm's default.</summary>
    Pixel,
}
