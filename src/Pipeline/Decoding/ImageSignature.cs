namespace StreamTrainer.Pipeline.Decoding;

/// <summary>What the bytes of an image say without being decoded. Names of files say nothing: a PNG called .jpg is a PNG.</summary>
internal static class ImageSignature
{
    /// <summary>Whether it begins as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <summary>Whether it begins as a PNG does.</summary>
    public static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    /// <summary>The format's name, for messages.</summary>
    public static string Name(ReadOnlySpan<byte> bytes) => IsJpeg(bytes) ? "JPEG" : IsPng(bytes) ? "PNG" : "image";

    /// <summary>Whether a JPEG ends as a whole one does: an end-of-image marker, perhaps with a little rubbish behind it. Where it
    /// is missing, rows below a crop must be decoded too, or a truncated image would pass or not as the crop falls.</summary>
    public static bool HasJpegEnd(ReadOnlySpan<byte> bytes) =>
        bytes[^Math.Min(bytes.Length, 256)..].LastIndexOf((ReadOnlySpan<byte>)[0xff, 0xd9]) >= 0;
}
