using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Random erasing (Zhong et al., arXiv 1708.04896) by timm's rule: which rectangles of the normalised image are filled.</summary>
public static class RandomErasing
{
    private const int Attempts = 10;

    /// <summary>
    /// Draws an image's rectangles. Draws are taken in timm's order: whether; how many, where that is not fixed; then for each up to
    /// ten times an area (a share of the image, divided by their number) and the logarithm of a ratio (height over width), and, where
    /// the rectangle is smaller than the image on both sides, its top and left.
    /// </summary>
    /// <param name="draws">Where numbers come from.</param>
    /// <param name="image">Size of the image.</param>
    /// <param name="options">Probability, number, area, ratio.</param>
    /// <param name="boxes">Gets them; at least <see cref="AugmentOptions.ErasingCount"/> long.</param>
    /// <returns>How many there are.</returns>
    public static int Draw<TDraws>(ref TDraws draws, ImageSize image, AugmentOptions options, Span<CropBox> boxes)
        where TDraws : struct, IDraws
    {
        ArgumentNullException.ThrowIfNull(options);
        if (draws.Next() > options.ErasingProb)
        {
            return 0;
        }

        int count = options.ErasingCount == 1 ? 1 : 1 + (int)Math.Floor(draws.Next() * options.ErasingCount);
        double area = image.Width * image.Height;
        double logFrom = Math.Log(options.ErasingRatio[0]), logTo = Math.Log(options.ErasingRatio[1]);
        int found = 0;
        for (int i = 0; i < count; i++)
        {
            for (int attempt = 0; attempt < Attempts; attempt++)
            {
                double target = Uniform(ref draws, options.ErasingArea[0], options.ErasingArea[1]) * area / count;
                double ratio = Math.Exp(Uniform(ref draws, logFrom, logTo));
                int height = (int)Math.Round(Math.Sqrt(target * ratio), MidpointRounding.ToEven);
                int width = (int)Math.Round(Math.Sqrt(target / ratio), MidpointRounding.ToEven);
                if (width < image.Width && height < image.Height)
                {
                    int top = (int)Math.Floor(draws.Next() * (image.Height - height + 1));
                    int left = (int)Math.Floor(draws.Next() * (image.Width - width + 1));
                    boxes[found++] = new CropBox(left, top, width, height);
                    break;
                }
            }
        }

        return found;
    }

    private static double Uniform<TDraws>(ref TDraws draws, double from, double to)
        where TDraws : struct, IDraws => from + (to - from) * draws.Next();
}
