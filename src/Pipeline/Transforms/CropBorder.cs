using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>One colour around a window.</summary>
/// <param name="Left">Its columns left of the window.</param>
/// <param name="Top">Its rows above the window.</param>
/// <param name="Color">The colour.</param>
public readonly record struct CropBorder(int Left, int Top, RgbColor Color)
{
    /// <summary>Gives the colour to a whole image, into which the window then comes.</summary>
    /// <param name="pixels">Packed RGB.</param>
    /// <param name="size">Its size.</param>
    internal unsafe void Fill(byte* pixels, ImageSize size)
    {
        byte* end = pixels + 3L * size.Width * size.Height;
        for (; pixels < end; pixels += 3)
        {
            pixels[0] = Color.Red;
            pixels[1] = Color.Green;
            pixels[2] = Color.Blue;
        }
    }
}
