namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The coefficients of one row of MCUs, as far as a window reaches: for each component and each of its rows of blocks,
/// <c>[blocks, 64]</c> int16, quantised, in row-major order of the block (not zigzag). Unmanaged, 64-byte aligned, used again
/// for the next row and the next image; with a spare block behind each row, that vector code may write. One thread's.
/// </summary>
internal sealed unsafe class CoefficientRow : IDisposable
{
    private const int MostComponents = 3, MostRows = 4;

    private readonly PixelMemory _coefficients = new(), _extents = new();
    private readonly short*[] _blocks = new short*[MostComponents * MostRows];
    private readonly byte*[] _last = new byte*[MostComponents * MostRows];

    /// <summary>Makes room for the rows of a window.</summary>
    public void Reserve(JpegFrame frame, in McuWindow window)
    {
        long blocks = 0, mcus = window.Right - window.Left;
        foreach (JpegComponent component in frame.Components)
        {
            blocks += component.Vertical * (((mcus * component.Horizontal) + 1 + 63) / 64 * 64);
        }

        var coefficients = (short*)_coefficients.Reserve(blocks * 64 * sizeof(short));
        byte* extents = _extents.Reserve(blocks);
        for (int c = 0; c < frame.Components.Length; c++)
        {
            JpegComponent component = frame.Components[c];
            long row = ((mcus * component.Horizontal) + 1 + 63) / 64 * 64;
            for (int v = 0; v < component.Vertical; v++, coefficients += row * 64, extents += row)
            {
                _blocks[(c * MostRows) + v] = coefficients;
                _last[(c * MostRows) + v] = extents;
            }
        }
    }

    /// <summary>The blocks of a component's row: block 0 is the window's first column's first.</summary>
    public short* Blocks(int component, int row) => _blocks[(component * MostRows) + row];

    /// <summary>For each of these blocks the zigzag position of its last coefficient that is not zero, or a greater one; 0 where
    /// there is none but DC. What is behind it, an inverse transform may leave out.</summary>
    public byte* Extents(int component, int row) => _last[(component * MostRows) + row];

    /// <inheritdoc/>
    public void Dispose()
    {
        _coefficients.Dispose();
        _extents.Dispose();
    }
}
