using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Copies that operations read while they write the image: rows of packed RGB with their edges repeated.</summary>
internal static unsafe class EdgeCopy
{
    /// <summary>A row with <see cref="AffineReference.Border"/> more pixels on each side.</summary>
    public static void Row(byte* row, byte* target, int width)
    {
        byte* inner = target + 3 * AffineReference.Border;
        Unsafe.CopyBlockUnaligned(inner, row, (uint)(3 * width));
        byte* last = inner + 3 * (width - 1);
        for (int i = 3; i <= 3 * AffineReference.Border; i += 3)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                inner[channel - i] = inner[channel];
                last[channel + i] = last[channel];
            }
        }
    }

    /// <summary>A row of one colour.</summary>
    public static void Fill(byte* target, int width, RgbColor color)
    {
        for (int x = 0; x < width; x++, target += 3)
        {
            target[0] = color.Red;
            target[1] = color.Green;
            target[2] = color.Blue;
        }
    }
}
