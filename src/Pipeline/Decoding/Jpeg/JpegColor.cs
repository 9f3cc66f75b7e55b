namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>What the planes of a JPEG are.</summary>
internal enum JpegColor
{
    /// <summary>One plane.</summary>
    Grey,

    /// <summary>ITU-R BT.601 of full range, as JFIF has it.</summary>
    YCbCr,

    /// <summary>Three planes as they are (Adobe's transform 0, or components named R, G, B).</summary>
    Rgb,
}
