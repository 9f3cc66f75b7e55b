namespace StreamTrainer.Pipeline.Transforms.Operations;

/// <summary>What the argument of an operation counts.</summary>
public enum OperationMeasure
{
    /// <summary>Degrees, counter-clockwise.</summary>
    Degrees,

    /// <summary>Pixels sideways for each pixel down, or down for each sideways.</summary>
    Slope,

    /// <summary>Pixels.</summary>
    Pixels,

    /// <summary>Share of the image's side.</summary>
    ShareOfSide,

    /// <summary>Factor; 1 changes nothing.</summary>
    Factor,

    /// <summary>Bits of a channel that stay.</summary>
    Bits,

    /// <summary>Values from here on are inverted; 256 inverts none.</summary>
    Threshold,

    /// <summary>What is added to values below 128.</summary>
    Added,
}
