using System.Security.Cryptography;
using StreamTrainer.Pipeline.Decoding;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Sources;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Doctor;

/// <summary>Our own decoder and libvips decode a JPEG to the pixels that Pillow makes of it.</summary>
internal static class DecodeCheck
{
    // Four patches of colour with a little texture, 4:2:0, made by Pillow; and the digest of Pillow's pixels of it.
    private const string Jpeg =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAUDBAQEAwUEBAQFBQUGBwwIBwcHBw8LCwkMEQ8SEhEPERETFhwXExQaFRERGCEYGh0dHx8fExciJCIeJBweHx7/2wBDAQUF"
        + "BQcGBw4ICA4eFBEUHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh7/wAARCAAQABADASIAAhEBAxEB/8QAFgABAQEAAAAAAAAA"
        + "AAAAAAAABgcI/8QAGRABAAIDAAAAAAAAAAAAAAAAAGGxQVGh/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAhEQABAgUFAQAAAAAAAAAAAAAREhMABhZBYQEEISNicv/a"
        + "AAwDAQACEQMRAD8AD50W8S2pbouUubpepxnsccVZISnOpJhM1butWuGWVeysfICck2Ef/9k=";

    private const string Digest = "409ADDB8F0BC5A6D56B5E7C2B2206F0AB4B19FC7FC1A867AC5DDD68E3FFF0ECE";

    /// <summary>Tries it.</summary>
    public static DoctorCheck Run()
    {
        string? wrong = !IsRight(DecoderKind.Managed) ? "our own decoder" : !IsRight(DecoderKind.Libvips) ? "libvips" : null;
        return wrong is null
            ? new DoctorCheck("", CheckState.Ok, "a JPEG's pixels are Pillow's, to the bit")
            : new DoctorCheck("", CheckState.Warning, $"a JPEG's pixels by {wrong} are not those that Pillow makes of it",
                "training works, but results will not equal timm's to the bit; use the libvips that comes with this program");
    }

    private static bool IsRight(DecoderKind kind) => Convert.ToHexString(SHA256.HashData(Decode(kind))) == Digest;

    private static unsafe byte[] Decode(DecoderKind kind)
    {
        using var sample = new EncodedSample();
        byte[] jpeg = Convert.FromBase64String(Jpeg);
        jpeg.CopyTo(sample.Reserve(jpeg.Length));
        using var decoder = new SampleDecoder(exifOrientation: false, kind);
        ImageSize size = decoder.Open(sample);
        var pixels = new byte[3 * size.Width * size.Height];
        decoder.Start(new CropBox(0, 0, size.Width, size.Height));
        for (int row = 0; row < size.Height;)
        {
            PixelView view = decoder.Next();
            for (int y = 0; y < view.Height; y++, row++)
            {
                new ReadOnlySpan<byte>(view.Row(y), 3 * size.Width).CopyTo(pixels.AsSpan(3 * size.Width * row));
            }
        }

        decoder.Close();
        return pixels;
    }
}
