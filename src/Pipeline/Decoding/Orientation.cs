using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding;

/// <summary>EXIF's eight orientations (CIPA DC-008, tag 0x0112).</summary>
internal static unsafe class Orientation
{
    /// <summary>Whether rows become columns.</summary>
    public static bool Swaps(int orientation) => orientation is >= 5 and <= 8;

    /// <summary>The box of the stored image that becomes a box of the turned one.</summary>
    /// <param name="box">A box of the turned image.</param>
    /// <param name="width">Pixels of a stored row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="orientation">The tag's value.</param>
    public static CropBox Stored(in CropBox box, int width, int height, int orientation)
    {
        int left = box.Left, top = box.Top, right = left + box.Width, bottom = top + box.Height;
        return orientation switch
        {
            2 => box with { Left = width - right },
            3 => box with { Left = width - right, Top = height - bottom },
            4 => box with { Top = height - bottom },
            5 => new CropBox(top, left, box.Height, box.Width),
            6 => new CropBox(top, height - right, box.Height, box.Width),
            7 => new CropBox(width - bottom, height - right, box.Height, box.Width),
            8 => new CropBox(width - bottom, left, box.Height, box.Width),
            _ => box,
        };
    }

    /// <summary>Writes the image the way it is to be looked at.</summary>
    /// <param name="source">Packed RGB, as stored.</param>
    /// <param name="width">Pixels of a stored row.</param>
    /// <param name="height">Stored rows.</param>
    /// <param name="orientation">The tag's value, 2 to 8.</param>
    /// <param name="target">Packed RGB of the turned size.</param>
    public static void Turn(byte* source, int width, int height, int orientation, byte* target)
    {
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, source += 3)
            {
                (int column, int row) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (height - 1 - y, x),
                    7 => (height - 1 - y, width - 1 - x),
                    8 => (y, width - 1 - x),
                    _ => (x, y),
                };
                byte* pixel = target + 3L * ((long)row * (Swaps(orientation) ? height : width) + column);
                pixel[0] = source[0];
                pixel[1] = source[1];
                pixel[2] = source[2];
            }
        }
    }
}
