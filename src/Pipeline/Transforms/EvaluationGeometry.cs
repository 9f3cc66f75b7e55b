using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Where timm's three evaluations have the test image: the size that the image is resized to, the part of that which is
/// seen, and how far from the test image's upper left corner it lies where it is smaller.</summary>
public static class EvaluationGeometry
{
    /// <summary>By the evaluation's options.</summary>
    public static (ImageSize Resized, CropBox Crop, (int Left, int Top)? Inset) Of(ImageSize image, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        switch (options.CropMode)
        {
            case EvaluationCropMode.Border:
                return Border(image, options.Size, options.CropPct);
            case EvaluationCropMode.Squash:
                int side = ScaleSize(options.Size, options.CropPct), at = Middle(side, options.Size);
                return (new ImageSize(side, side), new CropBox(at, at, options.Size, options.Size), null);
            default:
                (ImageSize resized, CropBox crop) = Center(image, options.Size, options.CropPct);
                return (resized, crop, null);
        }
    }

    /// <summary>The short side to floor(size / cropPct), then the centre.</summary>
    /// <param name="image">Size of the image.</param>
    /// <param name="size">Side of the test image.</param>
    /// <param name="cropPct">Its share of the resized short side.</param>
    /// <returns>The size to resize to, and the crop in it.</returns>
    public static (ImageSize Resized, CropBox Crop) Center(ImageSize image, int size, double cropPct)
    {
        ImageSize resized = ShortSide(image, ScaleSize(size, cropPct));
        return (resized, new CropBox(Middle(resized.Width, size), Middle(resized.Height, size), size, size));
    }

    /// <summary>The size of an image whose short side is resized to <paramref name="shortSide"/>; the long one is truncated, as
    /// torchvision's <c>Resize</c> does it.</summary>
    public static ImageSize ShortSide(ImageSize image, int shortSide) => image.Width <= image.Height
        ? new ImageSize(shortSide, (int)((long)shortSide * image.Height / image.Width))
        : new ImageSize((int)((long)shortSide * image.Width / image.Height), shortSide);

    /// <summary>timm's <c>ResizeKeepRatio</c> of the longest side and <c>CenterCropOrPad</c>. A side that would vanish is one pixel.</summary>
    private static (ImageSize Resized, CropBox Crop, (int Left, int Top)? Inset) Border(ImageSize image, int size, double cropPct)
    {
        int scaled = ScaleSize(size, cropPct);
        double ratio = Math.Max((double)image.Height / scaled, (double)image.Width / scaled);
        var resized = new ImageSize(Side(image.Width, ratio), Side(image.Height, ratio));
        (int left, int width, int insetLeft) = Along(resized.Width, size);
        (int top, int height, int insetTop) = Along(resized.Height, size);
        return (resized, new CropBox(left, top, width, height), width == size && height == size ? null : (insetLeft, insetTop));

        static int Side(int side, double ratio) => Math.Max(1, (int)Math.Round(side / ratio, MidpointRounding.ToEven));

        static (int From, int Count, int Inset) Along(int side, int size) => side < size ? (0, side, (size - side) / 2) : (Middle(side, size), size, 0);
    }

    private static int ScaleSize(int size, double cropPct) => (int)Math.Floor(size / cropPct);

    private static int Middle(int side, int size) => (int)Math.Round((side - size) / 2.0, MidpointRounding.ToEven);
}
