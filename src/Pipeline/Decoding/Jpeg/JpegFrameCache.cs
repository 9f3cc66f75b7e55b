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
    private const int Frames = 1024, Tables = 256;

    private readonly JpegFrame?[] _frames = new JpegFrame?[Frames];
    private readonly ushort[]?[] _tables = new ushort[]?[Tables];

    /// <summary>A quantisation table.</summary>
    /// <param name="steps">64 steps as they stand in a file: in zigzag order, of one byte or of two.</param>
    /// <returns>In row-major order.</returns>
    public ushort[] Table(ReadOnlySpan<byte> steps)
    {
        ref ushort[]? table = ref _tables[(int)(XxHash3.HashToUInt64(steps) % Tables)];
        if (table is null || !IsSame(table, steps))
        {
            table = new ushort[64];
            for (int i = 0; i < 64; i++)
            {
                table[Zigzag.Places[i]] = Step(steps, i);
            }
        }

        return table;
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
        int hash = HashCode.Combine(size, horizontal, vertical, RuntimeHelpers.GetHashCode(first), RuntimeHelpers.GetHashCode(second));
        ref JpegFrame? frame = ref _frames[(int)((uint)hash % Frames)];
        if (frame is null || frame.Size != size || frame.Color != color
            || frame.MostHorizontal != horizontal || frame.MostVertical != vertical
            || !ReferenceEquals(frame.Components[0].Quantisation, first)
            || (color != JpegColor.Grey && !(ReferenceEquals(frame.Components[1].Quantisation, second)
                && ReferenceEquals(frame.Components[2].Quantisation, third))))
        {
            frame = new JpegFrame
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
        }

        return frame;
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
