namespace StreamTrainer.Pipeline.Decoding;

/// <summary>What the bytes of an image say without being decoded. Names of files say nothing: a PNG called .jpg is a PNG.</summary>
internal static class ImageSignature
{
    /// <summary>The code of a JPEG's marker of its end.</summary>
    public const int EndOfImage = 0xd9;

    /// <summary>Whether it begins as a JPEG does.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]);

    /// <summary>Whether it begins as a PNG does.</summary>
    public static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);

    /// <summary>The format's name, for messages.</summary>
    public static string Name(ReadOnlySpan<byte> bytes) => IsJpeg(bytes) ? "JPEG" : IsPng(bytes) ? "PNG" : "image";
}
