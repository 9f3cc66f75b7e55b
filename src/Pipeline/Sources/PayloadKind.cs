namespace StreamTrainer.Pipeline.Sources;

/// <summary>How the bytes of a sample stand for its pixels.</summary>
public enum PayloadKind
{
    /// <summary>An image file: JPEG, PNG and whatever else the decoders know.</summary>
    Encoded,

    /// <summary>Rows of 8-bit grey values, <c>[height, width]</c> (the MNIST family).</summary>
    RawGrey,

    /// <summary>Rows of 8-bit RGB pixels, <c>[height, width, 3]</c>.</summary>
    RawRgb,

    /// <summary>A JPEG's coefficients as <c>Shards.Payloads.CoefficientPayload</c> lays them out.</summary>
    Coefficients,

    /// <summary>A JPEG's coefficients, Huffman-coded in segments that can be read by themselves.</summary>
    Indexed,
}
