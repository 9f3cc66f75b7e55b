using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The usual augmentation of CIFAR: the image on a border of its own reflection (the edge itself not repeated), and a window of
/// the image's size somewhere in it.
/// </summary>
internal static unsafe class PadShift
{
    /// <summary>Draws the shift: how far right, then how far down, each from -padding to padding.</summary>
    public static (int Right, int Down) Draw<TDraws>(ref TDraws draws, AugmentOptions options)
        where TDraws : struct, IDraws
    {
        int right = (int)Math.Floor(draws.Next() * (2 * options.Padding + 1)) - options.Padding;
        int down = (int)Math.Floor(draws.Next() * (2 * options.Padding + 1)) - options.Padding;
        return (right, down);
    }

    /// <summary>Writes the window, packed RGB of the image's size.</summary>
    public static void Apply(in PixelView image, int right, int down, bool flip, byte* target)
    {
        int width = image.Width;
        for (int y = 0; y < image.Height; y++)
        {
            byte* row = image.Row(Reflect(y + down, image.Height));
            for (int x = 0; x < width; x++, target += 3)
            {
                byte* pixel = row + 3 * Reflect((flip ? width - 1 - x : x) + right, width);
                target[0] = pixel[0];
                target[1] = pixel[1];
                target[2] = pixel[2];
            }
        }
    }

    private static int Reflect(int at, int size)
    {
        if ((uint)at < (uint)size)
        {
            return at;
        }

        if (size == 1)
        {
            return 0;
        }

        int period = 2 * (size - 1);
        at = ((at % period) + period) % period;
        return at < size ? at : period - at;
    }
}
