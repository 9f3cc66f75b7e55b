namespace StreamTrainer.Pipeline.Transforms;

/// <summary>timm's evaluation: resize of the short side, centre crop.</summary>
public static class EvaluationGeometry
{
    /// <summary>Where the test image lies in the resized image.</summary>
    /// <param name="image">Size of the image.</param>
    /// <param name="size">Side of the test image.</param>
    /// <param name="cropPct">Its share of the resized short side.</param>
    /// <returns>The size to resize to, and the crop in it.</returns>
    public static (ImageSize Resized, CropBox Crop) Of(ImageSize image, int size, double cropPct)
    {
        int shortSide = (int)Math.Floor(size / cropPct);
        ImageSize resized = image.Width <= image.Height
            ? new ImageSize(shortSide, (int)((long)shortSide * image.Height / image.Width))
            : new ImageSize((int)((long)shortSide * image.Width / image.Height), shortSide);
        return (resized, new CropBox(Middle(resized.Width, size), Middle(resized.Height, size), size, size));
    }

    private static int Middle(int side, int size) => (int)Math.Round((side - size) / 2.0, MidpointRounding.ToEven);
}
