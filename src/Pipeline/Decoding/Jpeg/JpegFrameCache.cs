using System.IO.Hashing;
using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// Frames and quantisation tables that were used last, so that an image like one before needs no new objects. What was given out
/// stays valid: objects are only forgotten. One thread's.
/// </summary>
internal sealed class JpegFrameCache
{
    private const int Frames = 512, Tables = 128;

    private readonly JpegFrame[] _frames = new JpegFrame[Frames];
    private readonly ushort[][] _tables = new ushort[Tables][];
    private readonly ulong[] _frameHashes = new ulong[Frames], _tableHashes = new ulong[Tables];
    private int _nextFrame, _nextTable;

    /// <summary>A quantisation table.</summary>
    /// <param name="steps">64 steps as they stand in a file: in zigzag order, of one byte or of two.</param>
    /// <returns>In row-major order.</returns>
    public ushort[] Table(ReadOnlySpan<byte> steps)
    {
        ulong hash = XxHash3.HashToUInt64(steps);
        int slot = _tableHashes.AsSpan().IndexOf(hash);
        if (slot >= 0 && _tables[slot] is { } known && IsSame(known, steps))
        {
            return known;
        }

        var table = new ushort[64];
        for (int i = 0; i < 64; i++)
        {
            table[Zigzag.Places[i]] = Step(steps, i);
        }

        slot = _nextTable++ & (Tables - 1);
        _tableHashes[slot] = hash;
        return _tables[slot] = table;
    }

    /// <summary>A frame of one component, or of three of which the first has the others' sampling factors multiplied.</summary>
    /// <param name="size">Pixels.</param>
    /// <param name="color">What the planes are; grey has one.</param>
    /// <param name="horizontal">The first component's horizontal factor, where the others have 1.</param>
    /// <param name="vertical">Its vertical factor.</param>
    /// <param name="first">Its quantisation table; the same array each time, from <see cref="Table"/>.</param>
    /// <param name="second">The second's; any for grey.</param>
    /// <param name="third">The third's; any for grey.</param>
    public JpegFrame Frame(ImageSize size, JpegColor color, int horizontal, int vertical, ushort[] first, ushort[] second, ushort[] third)
    {
        ulong hash = ((((ulong)size.Width << 32) | (uint)(size.Height << 12) | (uint)((horizontal << 8) | (vertical << 4) | (int)color))
            * 0x9e3779b97f4a7c15) + (ulong)RuntimeHelpers.GetHashCode(first) + ((ulong)RuntimeHelpers.GetHashCode(second) << 32);
        int slot = _frameHashes.AsSpan().IndexOf(hash);
        if (slot >= 0 && _frames[slot] is { } known && known.Size == size && known.Color == color
            && known.MostHorizontal == horizontal && known.MostVertical == vertical
            && ReferenceEquals(known.Components[0].Quantisation, first)
            && (color == JpegColor.Grey || (ReferenceEquals(known.Components[1].Quantisation, second)
                && ReferenceEquals(known.Components[2].Quantisation, third))))
        {
            return known;
        }

        var frame = new JpegFrame
        {
            Size = size,
            Color = color,
            MostHorizontal = horizontal,
            MostVertical = vertical,
            Components = color == JpegColor.Grey
                ? [Component(size, 1, 1, first, 1, 1)]
                : [
                    Component(size, horizontal, vertical, first, horizontal, vertical),
                    Component(size, 1, 1, second, horizontal, vertical),
                    Component(size, 1, 1, third, horizontal, vertical),
                ],
        };
        slot = _nextFrame++ & (Frames - 1);
        _frameHashes[slot] = hash;
        return _frames[slot] = frame;
    }

    private static JpegComponent Component(ImageSize size, int horizontal, int vertical, ushort[] table, int mostHorizontal, int mostVertical) => new()
    {
        Horizontal = horizontal,
        Vertical = vertical,
        BlocksWide = Blocks(size.Width, horizontal, mostHorizontal),
        BlocksHigh = Blocks(size.Height, vertical, mostVertical),
        Quantisation = table,
    };

    /// <summary>T.81, A.1.1: a component has the share of the pixels that its factor has of the largest, rounded up.</summary>
    private static int Blocks(int pixels, int factor, int most) => ((pixels * factor) + (8 * most) - 1) / (8 * most);

    private static bool IsSame(ushort[] table, ReadOnlySpan<byte> steps)
    {
        for (int i = 0; i < 64; i++)
        {
            if (table[Zigzag.Places[i]] != Step(steps, i))
            {
                return false;
            }
        }

        return true;
    }

    private static ushort Step(ReadOnlySpan<byte> steps, int index) =>
        steps.Length == 64 ? steps[index] : (ushort)((steps[2 * index] << 8) | steps[(2 * index) + 1]);
}
