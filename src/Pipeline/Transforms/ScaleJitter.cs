using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The scale augmentation of the original ResNet and of VGG (arXiv 1512.03385, section 3.4; 1409.1556, section 3.1).</summary>
internal static class ScaleJitter
{
    /// <summary>Draws the short side, then top and left of the crop.</summary>
    public static (ImageSize Resized, CropBox Crop) Draw<TDraws>(ref TDraws draws, ImageSize image, AugmentOptions options)
        where TDraws : struct, IDraws
    {
        ImageSize resized = EvaluationGeometry.ShortSide(image, Integer(ref draws, options.ShortSide[0], options.ShortSide[1]));
        int top = Integer(ref draws, 0, resized.Height - options.Size);
        int left = Integer(ref draws, 0, resized.Width - options.Size);
        return (resized, new CropBox(left, top, options.Size, options.Size));
    }

    private static int Integer<TDraws>(ref TDraws draws, int least, int most)
        where TDraws : struct, IDraws => least + (int)Math.Floor(draws.Next() * (most - least + 1));
}
