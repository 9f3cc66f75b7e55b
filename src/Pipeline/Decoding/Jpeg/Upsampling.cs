namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>How a plane of fewer samples is brought to the image's size; which of them libjpeg takes for what, says <see cref="PlaneStrip"/>.</summary>
internal enum Upsampling
{
    /// <summary>It has that size.</summary>
    None,

    /// <summary>Across by a triangle filter.</summary>
    Widen,

    /// <summary>Across and down by a triangle filter.</summary>
    WidenBoth,

    /// <summary>Down by a triangle filter.</summary>
    Between,

    /// <summary>Every sample several times.</summary>
    Repeat,
}
