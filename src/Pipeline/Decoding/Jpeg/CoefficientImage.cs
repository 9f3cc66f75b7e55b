using System.Runtime.InteropServices;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// All coefficients of a JPEG: for each component <c>[rows of blocks, blocks, 64]</c> int16, quantised, in row-major order of the
/// block, with the blocks that fill up the last MCUs. For packing and unpacking, not for training. Unmanaged, used again for the
/// next image. One thread's.
/// </summary>
internal sealed unsafe class CoefficientImage : IDisposable
{
    private const int MostComponents = 3;

    private readonly PixelMemory _memory = new();
    private readonly short*[] _planes = new short*[MostComponents];
    private JpegFrame? _frame;

    /// <summary>What the coefficients are of.</summary>
    public JpegFrame Frame => _frame ?? throw new InvalidOperationException("no image was reserved");

    /// <summary>How many blocks an image has, with those that fill up the last MCUs.</summary>
    public static long Count(JpegFrame frame)
    {
        long blocks = 0;
        foreach (JpegComponent component in frame.Components)
        {
            blocks += (long)component.Horizontal * component.Vertical * frame.McusWide * frame.McusHigh;
        }

        return blocks;
    }

    /// <summary>Makes room for an image; all its coefficients are zero then.</summary>
    public void Reserve(JpegFrame frame)
    {
        _frame = frame;
        long coefficients = Count(frame) * 64;
        var plane = (short*)_memory.Reserve(coefficients * sizeof(short));
        NativeMemory.Clear(plane, (nuint)coefficients * sizeof(short));
        for (int c = 0; c < frame.Components.Length; c++)
        {
            _planes[c] = plane;
            plane += 64L * BlocksAcross(c) * BlockRows(c);
        }
    }

    /// <summary>Blocks of a component's row.</summary>
    public int BlocksAcross(int component) => Frame.McusWide * Frame.Components[component].Horizontal;

    /// <summary>A component's rows of blocks.</summary>
    public int BlockRows(int component) => Frame.McusHigh * Frame.Components[component].Vertical;

    /// <summary>The blocks of a component's row.</summary>
    public short* Blocks(int component, int blockRow) => _planes[component] + (64L * BlocksAcross(component) * blockRow);

    /// <inheritdoc/>
    public void Dispose() => _memory.Dispose();
}
