using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Tests.Transforms.Operations;

/// <summary>An operation on a made image.</summary>
internal sealed record OperationCase(string Name, int Width, int Height, double Level, bool Other, bool Bicubic, int Seed, int Kind)
{
    public OperationCall Call(ImageSize size)
    {
        PixelOperation operation = PixelOperations.Of(Name);
        double argument = operation.Magnitude?.Of(Level, Other, Math.Min(size.Width, size.Height)) ?? 0;
        return new OperationCall(operation, argument, Bicubic ? Interpolation.Bicubic : Interpolation.Bilinear);
    }

    /// <summary>Noise, a slope with a little noise, hard edges, a part of the range, or one colour.</summary>
    public byte[] Image()
    {
        var random = new Random(Seed);
        var image = new byte[3 * Width * Height];
        random.NextBytes(image);
        for (int i = 0; i < image.Length; i++)
        {
            int x = i / 3 % Width, y = i / 3 / Width;
            image[i] = Kind switch
            {
                0 => image[i],
                1 => (byte)Math.Clamp(2 * x + 3 * y + i % 3 * 20 + image[i] % 8, 0, 255),
                2 => (x / 5 + y / 3) % 2 == 0 ? (byte)255 : (byte)(image[i] % 4),
                3 => (byte)((byte)Seed % 100 + image[i] * (50 + (Seed >> 8) % 100) / 255),
                _ => (byte)(60 * (i % 3) + (byte)Seed % 100),
            };
        }

        return image;
    }
}
