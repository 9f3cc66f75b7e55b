namespace StreamTrainer.Pipeline.Decoding;

/// <summary>8-bit RGB pixels in someone else's unmanaged memory. At least 16 bytes after the last pixel may be read.</summary>
/// <param name="data">The first pixel's red.</param>
/// <param name="width">Pixels of a row.</param>
/// <param name="height">Rows.</param>
/// <param name="stride">Bytes from a row to the next.</param>
public readonly unsafe struct PixelView(byte* data, int width, int height, int stride)
{
    /// <summary>Pixels of a row.</summary>
    public int Width => width;

    /// <summary>Rows.</summary>
    public int Height => height;

    /// <summary>Bytes from a row to the next.</summary>
    public int Stride => stride;

    /// <summary>The first byte of a row.</summary>
    public byte* Row(int y) => data + (long)y * stride;

    /// <summary>The rows from one on.</summary>
    internal PixelView From(int y) => new(Row(y), width, height - y, stride);
}
