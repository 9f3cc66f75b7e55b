namespace StreamTrainer.Pipeline.Decoding;

/// <summary>What is taken for an attack or an accident, not for a training image.</summary>
internal static class ImageLimits
{
    /// <summary>The most pixels of an image: Pillow's, which refuses what is above twice its <c>MAX_IMAGE_PIXELS</c>.</summary>
    public const long MostPixels = 178_956_970;
}
