namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>A whole image's coefficients: blocks of 64 int16 in row-major order, each component's rows of blocks padded to whole MCUs.</summary>
internal sealed unsafe class CoefficientImage : IDisposable
{
    private readonly PixelMemory _memory = new();
    private readonly long[] _starts = new long[4];
    private short* _data;

    /// <summary>What the coefficients mean.</summary>
    public JpegFrame Frame { get; private set; } = null!;

    /// <summary>Makes room for a frame's coefficients.</summary>
    public void Reserve(JpegFrame frame)
    {
        long blocks = 0;
        for (int c = 0; c < frame.Components.Length; c++)
        {
            _starts[c] = blocks;
            blocks += (long)frame.McusWide * frame.Components[c].Horizontal * frame.McusHigh * frame.Components[c].Vertical;
        }

        _data = (short*)_memory.Reserve(blocks * 128);
        Frame = frame;
    }

    /// <summary>A component's row of blocks.</summary>
    public short* Blocks(int component, int row)
        => _data + ((_starts[component] + ((long)row * Frame.McusWide * Frame.Components[component].Horizontal)) * 64);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
