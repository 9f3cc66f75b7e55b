using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>
/// The two passes with 256-bit vectors. A weight is two 16-bit parts, so that multiply-add-adjacent on bytes widened to 16 bits
/// does two taps at once; (upper &lt;&lt; 11) + lower is the exact 32-bit sum, so results equal <see cref="ResamplePass"/>'s.
/// </summary>
internal static unsafe class ResamplePassAvx2
{
    private const int Rows = 4;

    /// <summary>Whether this processor has it.</summary>
    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>Four rows at once; a pixel's four weights are loaded once for all of them. Up to 16 bytes behind a row's last
    /// pixel are read.</summary>
    /// <param name="source">The first row's pixels from <paramref name="origin"/> on.</param>
    /// <param name="sourceStride">Bytes from a row to the next.</param>
    /// <param name="rows">How many rows are wanted, from 1.</param>
    /// <param name="origin">The column of the source that a row begins with.</param>
    /// <param name="table">Weights.</param>
    /// <param name="count">Pixels to make.</param>
    /// <param name="flip">Write them from right to left.</param>
    /// <param name="target">The first output row.</param>
    /// <param name="targetStride">Bytes from an output row to the next.</param>
    public static void Horizontal(byte* source, long sourceStride, int rows, int origin, ResampleTable table, int count, bool flip, byte* target, long targetStride)
    {
        for (int row = 0; row < rows; row += Rows)
        {
            // Where fewer than four are left, the last is done again: cheaper than code of its own.
            int last = rows - row - 1;
            byte* s0 = source + row * sourceStride;
            byte* s1 = s0 + Math.Min(1, last) * sourceStride, s2 = s0 + Math.Min(2, last) * sourceStride, s3 = s0 + Math.Min(3, last) * sourceStride;
            byte* t0 = target + row * targetStride;
            byte* t1 = t0 + Math.Min(1, last) * targetStride, t2 = t0 + Math.Min(2, last) * targetStride, t3 = t0 + Math.Min(3, last) * targetStride;
            FourRows(s0, s1, s2, s3, origin, table, count, flip, t0, t1, t2, t3);
        }
    }

    /// <summary>One row of several; bytes <c>[0, length)</c>.</summary>
    /// <param name="source">The first row it takes.</param>
    /// <param name="stride">Bytes from a row to the next.</param>
    /// <param name="table">Weights.</param>
    /// <param name="row">Which of the table's output rows.</param>
    /// <param name="length">Bytes of a row.</param>
    /// <param name="target">The output row.</param>
    public static void Vertical(byte* source, long stride, ResampleTable table, int row, int length, byte* target)
    {
        int taps = table.Taps(row);
        if (length < Vector256<byte>.Count)
        {
            ResamplePass.Vertical(source, stride, table.Weights(row), taps, 0, length, target);
            return;
        }

        int* pairs = table.Pairs(row);
        for (int i = 0; i < length; i += Vector256<byte>.Count)
        {
            // The last vector overlaps the one before it: the same bytes are made again.
            int at = Math.Min(i, length - Vector256<byte>.Count);
            Block(source + at, stride, pairs, taps, target + at);
        }
    }

    private static void FourRows(byte* s0, byte* s1, byte* s2, byte* s3, int origin, ResampleTable table, int count, bool flip, byte* t0, byte* t1, byte* t2, byte* t3)
    {
        Vector128<byte> order = Vector128.Create((byte)0, 3, 1, 4, 2, 5, 255, 255, 6, 9, 7, 10, 8, 11, 255, 255);
        for (int i = 0; i < count; i++)
        {
            int x = flip ? count - 1 - i : i;
            long at = 3L * (table.Start(x) - origin);
            int taps = table.Taps(x);
            short* weights = table.Quads(x);
            Vector256<int> h0 = default, h1 = default, h2 = default, h3 = default, l0 = default, l1 = default, l2 = default, l3 = default;
            for (int t = 0; t < taps; t += 4, at += 12, weights += 32)
            {
                Vector256<short> high = Vector256.Load(weights), low = Vector256.Load(weights + 16);
                Vector256<short> p0 = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(s0 + at), order));
                h0 += Avx2.MultiplyAddAdjacent(p0, high);
                l0 += Avx2.MultiplyAddAdjacent(p0, low);
                Vector256<short> p1 = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(s1 + at), order));
                h1 += Avx2.MultiplyAddAdjacent(p1, high);
                l1 += Avx2.MultiplyAddAdjacent(p1, low);
                Vector256<short> p2 = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(s2 + at), order));
                h2 += Avx2.MultiplyAddAdjacent(p2, high);
                l2 += Avx2.MultiplyAddAdjacent(p2, low);
                Vector256<short> p3 = Avx2.ConvertToVector256Int16(Ssse3.Shuffle(Vector128.Load(s3 + at), order));
                h3 += Avx2.MultiplyAddAdjacent(p3, high);
                l3 += Avx2.MultiplyAddAdjacent(p3, low);
            }

            Vector128<short> rows01 = Sse2.PackSignedSaturate(Sum(h0, l0), Sum(h1, l1));
            Vector128<short> rows23 = Sse2.PackSignedSaturate(Sum(h2, l2), Sum(h3, l3));
            Vector128<uint> pixels = Sse2.PackUnsignedSaturate(rows01, rows23).AsUInt32();
            Store(pixels.GetElement(0), t0 + 3 * i);
            Store(pixels.GetElement(1), t1 + 3 * i);
            Store(pixels.GetElement(2), t2 + 3 * i);
            Store(pixels.GetElement(3), t3 + 3 * i);
        }
    }

    /// <summary>Three bytes and no fourth: it may belong to another thread's sample.</summary>
    private static void Store(uint pixel, byte* target)
    {
        *(ushort*)target = (ushort)pixel;
        target[2] = (byte)(pixel >> 16);
    }

    private static Vector128<int> Sum(Vector256<int> high, Vector256<int> low)
    {
        Vector256<int> both = (high << ResampleTable.LowBits) + low;
        return (both.GetLower() + both.GetUpper() + Vector128.Create(1 << (ResampleTable.Precision - 1))) >> ResampleTable.Precision;
    }

    private static void Block(byte* source, long stride, int* pairs, int taps, byte* target)
    {
        Vector256<int> h0 = default, h1 = default, h2 = default, h3 = default, l0 = default, l1 = default, l2 = default, l3 = default;
        for (int t = 0; t < taps; t += 2, pairs += 2)
        {
            Vector256<byte> a = Vector256.Load(source + t * stride);
            // An odd last row goes with itself: its partner's weight is zero.
            Vector256<byte> b = t + 1 < taps ? Vector256.Load(source + (t + 1) * stride) : a;
            Vector256<short> high = Vector256.Create(pairs[0]).AsInt16(), low = Vector256.Create(pairs[1]).AsInt16();
            Vector256<byte> left = Avx2.UnpackLow(a, b), right = Avx2.UnpackHigh(a, b);
            Vector256<short> p0 = Avx2.UnpackLow(left, Vector256<byte>.Zero).AsInt16(), p1 = Avx2.UnpackHigh(left, Vector256<byte>.Zero).AsInt16();
            Vector256<short> p2 = Avx2.UnpackLow(right, Vector256<byte>.Zero).AsInt16(), p3 = Avx2.UnpackHigh(right, Vector256<byte>.Zero).AsInt16();
            h0 += Avx2.MultiplyAddAdjacent(p0, high);
            l0 += Avx2.MultiplyAddAdjacent(p0, low);
            h1 += Avx2.MultiplyAddAdjacent(p1, high);
            l1 += Avx2.MultiplyAddAdjacent(p1, low);
            h2 += Avx2.MultiplyAddAdjacent(p2, high);
            l2 += Avx2.MultiplyAddAdjacent(p2, low);
            h3 += Avx2.MultiplyAddAdjacent(p3, high);
            l3 += Avx2.MultiplyAddAdjacent(p3, low);
        }

        // Unpacking and packing both work in halves of 128 bits, so the bytes come out in order.
        Vector256<short> first = Avx2.PackSignedSaturate(Rounded(h0, l0), Rounded(h1, l1));
        Vector256<short> second = Avx2.PackSignedSaturate(Rounded(h2, l2), Rounded(h3, l3));
        Avx2.PackUnsignedSaturate(first, second).Store(target);
    }

    private static Vector256<int> Rounded(Vector256<int> high, Vector256<int> low) =>
        ((high << ResampleTable.LowBits) + low + Vector256.Create(1 << (ResampleTable.Precision - 1))) >> ResampleTable.Precision;
}
