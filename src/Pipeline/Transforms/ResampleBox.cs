namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The part of an image that a resize covers, as Pillow's <c>resize(size, filter, box)</c> has it: edges in pixels from the image's
/// upper left corner, fractions allowed, inside the image. Unlike after a crop, filters still see what lies around it.
/// </summary>
/// <param name="Left">The left edge.</param>
/// <param name="Top">The upper edge.</param>
/// <param name="Right">The right edge.</param>
/// <param name="Bottom">The lower edge.</param>
public readonly record struct ResampleBox(float Left, float Top, float Right, float Bottom)
{
    /// <summary>The whole image.</summary>
    public static ResampleBox Of(ImageSize image) => new(0, 0, image.Width, image.Height);
}
