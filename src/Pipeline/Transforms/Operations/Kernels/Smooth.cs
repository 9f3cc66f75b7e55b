using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// Pillow's SMOOTH filter, (1 1 1; 1 5 1; 1 1 1) / 13, rounded half up. Pillow sums in single precision; the sum S is a whole number
/// up to 3315, S/13 + 1/2 is never nearer to a whole number than 1/26, and single precision errs by less than 1e-3 there, so
/// (S + 6) div 13 is the same.
/// </summary>
internal static unsafe class Smooth
{
    /// <summary>13 goes into 2^16 that often, rounded up; (n * 5042) >> 16 is n div 13 for n up to 16383.</summary>
    private const ushort Reciprocal = 5042;

    /// <summary>One row of packed RGB; its first and last pixel are kept.</summary>
    /// <param name="level">How wide.</param>
    /// <param name="above">The row above.</param>
    /// <param name="row">The row.</param>
    /// <param name="below">The row below.</param>
    /// <param name="target">Where the smoothed row goes.</param>
    /// <param name="sums">Room for <paramref name="bytes"/> numbers.</param>
    /// <param name="bytes">Bytes of a row.</param>
    public static void Row(VectorLevel level, byte* above, byte* row, byte* below, byte* target, ushort* sums, int bytes)
    {
        switch (level)
        {
            case VectorLevel.Vector512:
                Vectors<Lanes512, Vector512<ushort>>(above, row, below, target, sums, bytes);
                break;
            case VectorLevel.Vector256:
                Vectors<Lanes256, Vector256<ushort>>(above, row, below, target, sums, bytes);
                break;
            case VectorLevel.Vector128:
                Vectors<Lanes128, Vector128<ushort>>(above, row, below, target, sums, bytes);
                break;
            default:
                Columns(above, row, below, sums, 0, bytes);
                Divide(row, target, sums, 3, bytes);
                break;
        }

        for (int i = 0; i < 3; i++)
        {
            target[i] = row[i];
            target[bytes - 3 + i] = row[bytes - 3 + i];
        }
    }

    private static void Vectors<TLanes, TVector>(byte* above, byte* row, byte* below, byte* target, ushort* sums, int bytes)
        where TLanes : IWordLanes<TVector>
        where TVector : struct
    {
        if (bytes < TLanes.Words + 6)
        {
            Columns(above, row, below, sums, 0, bytes);
            Divide(row, target, sums, 3, bytes);
            return;
        }

        // The last vector of each loop overlaps the one before it: the same numbers are made again.
        for (int i = 0; i < bytes; i += TLanes.Words)
        {
            int at = Math.Min(i, bytes - TLanes.Words);
            TVector outer = TLanes.AddWords(TLanes.WordsOfBytes(above + at), TLanes.WordsOfBytes(below + at));
            TLanes.StoreWords(TLanes.AddWords(outer, TLanes.WordsOfBytes(row + at)), sums + at);
        }

        TVector half = TLanes.AllWords(6), reciprocal = TLanes.AllWords(Reciprocal);
        for (int i = 3; i < bytes - 3; i += TLanes.Words)
        {
            int at = Math.Min(i, bytes - 3 - TLanes.Words);
            TVector centre = TLanes.WordsOfBytes(row + at);
            TVector twice = TLanes.AddWords(centre, centre);
            TVector sum = TLanes.AddWords(TLanes.AddWords(TLanes.LoadWords(sums + at - 3), TLanes.LoadWords(sums + at)), TLanes.LoadWords(sums + at + 3));
            sum = TLanes.AddWords(TLanes.AddWords(sum, half), TLanes.AddWords(twice, twice));
            TLanes.StoreWordsAsBytes(TLanes.MultiplyHigh(sum, reciprocal), target + at);
        }
    }

    private static void Columns(byte* above, byte* row, byte* below, ushort* sums, int from, int bytes)
    {
        for (int i = from; i < bytes; i++)
        {
            sums[i] = (ushort)(above[i] + row[i] + below[i]);
        }
    }

    private static void Divide(byte* row, byte* target, ushort* sums, int from, int bytes)
    {
        for (int i = from; i < bytes - 3; i++)
        {
            target[i] = (byte)((sums[i - 3] + sums[i] + sums[i + 3] + 4 * row[i] + 6) / 13);
        }
    }
}
