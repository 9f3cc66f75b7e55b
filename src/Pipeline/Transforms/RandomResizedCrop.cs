using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The box of a random resized crop: torchvision's and timm's rule (Szegedy et al., arXiv 1409.4842, section 6).</summary>
public static class RandomResizedCrop
{
    private const int Attempts = 10;

    /// <summary>Draws a box: ten times an area and a shape, and a place where it fits; else the centre. Draws are taken in the
    /// order area, logarithm of the ratio, and, where the box fits, top, left.</summary>
    public static CropBox Draw<TDraws>(ref TDraws draws, ImageSize image, AugmentOptions options)
        where TDraws : struct, IDraws
    {
        ArgumentNullException.ThrowIfNull(options);
        double area = (double)image.Width * image.Height;
        double logFrom = Math.Log(options.Ratio[0]), logTo = Math.Log(options.Ratio[1]);
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            double target = area * Uniform(ref draws, options.Scale[0], options.Scale[1]);
            double ratio = Math.Exp(Uniform(ref draws, logFrom, logTo));
            int width = (int)Math.Round(Math.Sqrt(target * ratio), MidpointRounding.ToEven);
            int height = (int)Math.Round(Math.Sqrt(target / ratio), MidpointRounding.ToEven);
            if (width >= 1 && width <= image.Width && height >= 1 && height <= image.Height)
            {
                int top = Integer(ref draws, image.Height - height);
                int left = Integer(ref draws, image.Width - width);
                return new CropBox(left, top, width, height);
            }
        }

        return Centre(image, options.Ratio[0], options.Ratio[1]);
    }

    /// <summary>The largest box in the middle whose ratio is allowed.</summary>
    private static CropBox Centre(ImageSize image, double least, double most)
    {
        double ratio = (double)image.Width / image.Height;
        int width = image.Width, height = image.Height;
        if (ratio < least)
        {
            height = Math.Clamp((int)Math.Round(width / least, MidpointRounding.ToEven), 1, image.Height);
        }
        else if (ratio > most)
        {
            width = Math.Clamp((int)Math.Round(height * most, MidpointRounding.ToEven), 1, image.Width);
        }

        return new CropBox((image.Width - width) / 2, (image.Height - height) / 2, width, height);
    }

    private static double Uniform<TDraws>(ref TDraws draws, double from, double to)
        where TDraws : struct, IDraws => from + (to - from) * draws.Next();

    /// <summary>A whole number from 0 to <paramref name="most"/>.</summary>
    private static int Integer<TDraws>(ref TDraws draws, int most)
        where TDraws : struct, IDraws => (int)Math.Floor(draws.Next() * (most + 1));
}
