using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The two passes of a resize, one pixel after the other: the reference for the vector code, and what runs where there is none.</summary>
internal static unsafe class ResamplePass
{
    private const int Half = 1 << (ResampleTable.Precision - 1);

    /// <summary>Shrinks or stretches rows.</summary>
    /// <param name="source">The row's pixels from <paramref name="origin"/> on.</param>
    /// <param name="origin">The column of the source that <paramref name="source"/> begins with.</param>
    /// <param name="table">Weights.</param>
    /// <param name="count">Pixels to make.</param>
    /// <param name="flip">Write them from right to left.</param>
    /// <param name="target">The output row.</param>
    public static void Horizontal(byte* source, int origin, ResampleTable table, int count, bool flip, byte* target)
    {
        for (int i = 0; i < count; i++)
        {
            int x = flip ? count - 1 - i : i;
            byte* pixel = source + 3L * (table.Start(x) - origin);
            int* weights = table.Weights(x);
            int taps = table.Taps(x), red = Half, green = Half, blue = Half;
            for (int t = 0; t < taps; t++, pixel += 3)
            {
                red += pixel[0] * weights[t];
                green += pixel[1] * weights[t];
                blue += pixel[2] * weights[t];
            }

            target[0] = Clamp(red);
            target[1] = Clamp(green);
            target[2] = Clamp(blue);
            target += 3;
        }
    }

    /// <summary>Makes one row of several.</summary>
    /// <param name="source">The first row it takes.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="weights">The rows' weights.</param>
    /// <param name="taps">How many rows.</param>
    /// <param name="begin">The first byte to make.</param>
    /// <param name="end">The byte after the last.</param>
    /// <param name="target">The output row.</param>
    public static void Vertical(byte* source, long stride, int* weights, int taps, int begin, int end, byte* target)
    {
        for (int i = begin; i < end; i++)
        {
            int sum = Half;
            for (int t = 0; t < taps; t++)
            {
                sum += source[t * stride + i] * weights[t];
            }

            target[i] = Clamp(sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clamp(int sum) => (byte)Math.Clamp(sum >> ResampleTable.Precision, 0, 255);
}
