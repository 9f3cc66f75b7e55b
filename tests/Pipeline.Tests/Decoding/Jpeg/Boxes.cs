using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Tests.Decoding.Jpeg;

/// <summary>Boxes of images.</summary>
internal static class Boxes
{
    /// <summary>Any box; often one that touches an edge, or is a pixel wide or high.</summary>
    public static CropBox Random(Random random, ImageSize size)
    {
        (int left, int width) = Span(random, size.Width);
        (int top, int height) = Span(random, size.Height);
        return new CropBox(left, top, width, height);
    }

    /// <summary>The pixels of a box of packed RGB.</summary>
    public static byte[] Crop(byte[] rgb, ImageSize size, in CropBox box)
    {
        var result = new byte[3 * box.Width * box.Height];
        for (int y = 0; y < box.Height; y++)
        {
            rgb.AsSpan(3 * (((box.Top + y) * size.Width) + box.Left), 3 * box.Width).CopyTo(result.AsSpan(3 * box.Width * y));
        }

        return result;
    }

    private static (int First, int Length) Span(Random random, int length)
    {
        int wanted = random.Next(5) == 0 ? 1 : random.Next(1, length + 1);
        return (random.Next(5) switch { 0 => 0, 1 => length - wanted, _ => random.Next(length - wanted + 1) }, wanted);
    }
}
