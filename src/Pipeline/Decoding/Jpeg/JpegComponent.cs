namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>One plane of a JPEG.</summary>
internal sealed unsafe class JpegComponent
{
    /// <summary>Blocks of an MCU, across.</summary>
    public int Horizontal { get; init; } = 1;

    /// <summary>Blocks of an MCU, down.</summary>
    public int Vertical { get; init; } = 1;

    /// <summary>Blocks of a row that hold pixels of the image; a row of MCUs may hold a few more.</summary>
    public int BlocksWide { get; init; }

    /// <summary>Rows of blocks that hold pixels of the image.</summary>
    public int BlocksHigh { get; init; }

    /// <summary>The quantisation table: 64 steps in row-major order.</summary>
    public ushort[] Quantisation { get; init; } = new ushort[64];
}
