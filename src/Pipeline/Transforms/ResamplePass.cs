using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The two passes of a resize, one number after the other: the reference for the vector code, and what runs where there is none.
/// Between them lie pairs of rows, so that the vertical pass finds two taps side by side: 16 bits of the first row, 16 of the second.
/// </summary>
internal static unsafe class ResamplePass
{
    /// <summary>Shrinks or stretches four rows.</summary>
    /// <param name="rows">From where and to where.</param>
    /// <param name="table">Weights.</param>
    public static void Horizontal(in ResampleRows rows, ResampleTable table)
    {
        Row(rows.S0, rows.Origin, table, rows.T01);
        Row(rows.S1, rows.Origin, table, rows.T01 + 1);
        Row(rows.S2, rows.Origin, table, rows.T23);
        Row(rows.S3, rows.Origin, table, rows.T23 + 1);
    }

    /// <summary>Makes one row of several.</summary>
    /// <param name="pairs">The pairs of rows that it takes.</param>
    /// <param name="second">Whether it begins with the second row of the first pair.</param>
    /// <param name="table">Weights.</param>
    /// <param name="row">Which of the table's output rows.</param>
    /// <param name="length">Bytes of a row.</param>
    /// <param name="target">The output row.</param>
    public static void Vertical(short** pairs, bool second, ResampleTable table, int row, int length, byte* target)
    {
        int from = second ? 1 : 0, taps = table.Taps[row];
        for (int i = 0; i < length; i++)
        {
            int sum = ResampleTable.Half;
            for (int t = 0; t < taps; t++)
            {
                int at = from + t;
                sum += pairs[at / 2][2 * i + at % 2] * table.Weights(t)[row];
            }

            target[i] = (byte)Clamp(sum);
        }
    }

    private static void Row(byte* source, int origin, ResampleTable table, short* target)
    {
        for (int x = 0; x < table.Count; x++, target += 6)
        {
            byte* pixel = source + 3L * (table.Starts[x] - origin);
            int taps = table.Taps[x], red = ResampleTable.Half, green = red, blue = red;
            for (int t = 0; t < taps; t++, pixel += 3)
            {
                int weight = table.Weights(t)[x];
                red += pixel[0] * weight;
                green += pixel[1] * weight;
                blue += pixel[2] * weight;
            }

            target[0] = Clamp(red);
            target[2] = Clamp(green);
            target[4] = Clamp(blue);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static short Clamp(int sum) => (short)Math.Clamp(sum >> ResampleTable.Precision, 0, 255);
}
