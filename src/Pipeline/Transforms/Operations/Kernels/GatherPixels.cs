using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// Interpolates the pixels of a row one after the other, a pixel's channels (and, with 512 bits, two of its source rows) in one vector
/// of doubles. The fourth lane of a pixel is idle: cheaper than to gather each channel by itself.
/// </summary>
internal static unsafe class GatherPixels
{
    /// <summary>In a shuffle: zero.</summary>
    private const byte No = 0x80;

    /// <summary>Makes a row's pixels.</summary>
    /// <param name="level">How wide; below 256 bits it is the reference.</param>
    /// <param name="source">The source's first pixel; two pixels around it and 16 bytes behind all may be read.</param>
    /// <param name="stride">Bytes from a source row to the next.</param>
    /// <param name="taps">Where each pixel lies.</param>
    /// <param name="row">The output row. The byte behind a pixel may be written where it belongs to the row.</param>
    /// <param name="from">The first pixel to make.</param>
    /// <param name="to">The one behind the last.</param>
    /// <param name="width">Pixels of a row.</param>
    /// <param name="bicubic">Bicubic; else bilinear.</param>
    public static void Row(VectorLevel level, byte* source, long stride, in GatherTaps taps, byte* row, int from, int to, int width, bool bicubic)
    {
        switch (level)
        {
            case VectorLevel.Vector512 when bicubic:
                CubicRow512(source, stride, taps, row, from, to, width);
                break;
            case VectorLevel.Vector512:
                for (int x = from; x < to; x++)
                {
                    Store(Linear512(source + taps.Offsets[x], stride, taps.Dx[x], taps.Dy[x]), row, x, width);
                }

                break;
            case VectorLevel.Vector256 when bicubic:
                for (int x = from; x < to; x++)
                {
                    Store(Cubic256(source + taps.Offsets[x], stride, taps.Dx[x], taps.Dy[x]), row, x, width);
                }

                break;
            case VectorLevel.Vector256:
                for (int x = from; x < to; x++)
                {
                    Store(Linear256(source + taps.Offsets[x], stride, taps.Dx[x], taps.Dy[x]), row, x, width);
                }

                break;
            default:
                for (int x = from; x < to; x++)
                {
                    AffineReference.Pixel(source + taps.Offsets[x], stride, taps.Dx[x], taps.Dy[x], bicubic, row + 3 * x);
                }

                break;
        }
    }

    /// <summary>Cuts the fractions off; four bytes are one store, where the fourth is the next pixel's, which comes later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector256<double> value, byte* row, int x, int width)
    {
        Vector128<byte> whole = Avx.ConvertToVector128Int32WithTruncation(value).AsByte();
        uint pixel = Ssse3.Shuffle(whole, Vector128.Create(0x0C080400u, 0, 0, 0).AsByte()).AsUInt32().ToScalar();
        byte* target = row + 3 * x;
        if (x + 1 < width)
        {
            *(uint*)target = pixel;
            return;
        }

        *(ushort*)target = (ushort)pixel;
        target[2] = (byte)(pixel >> 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Linear512(byte* centre, long stride, double dx, double dy)
    {
        Vector256<byte> rows = Vector256.Create(Eight(centre), Eight(centre + stride));
        Vector128<byte> first = Vector128.Create(0, No, No, No, 1, No, No, No, 2, No, No, No, No, No, No, No);
        Vector128<byte> second = Vector128.Create(3, No, No, No, 4, No, No, No, 5, No, No, No, No, No, No, No);
        Vector256<int> left = Avx2.Shuffle(rows, Vector256.Create(first, first)).AsInt32();
        Vector256<int> change = Avx2.Shuffle(rows, Vector256.Create(second, second)).AsInt32() - left;
        Vector512<double> along = Avx512F.Multiply(Avx512F.ConvertToVector512Double(change), Vector512.Create(dx));
        Vector512<double> both = Avx512F.Add(Avx512F.ConvertToVector512Double(left), along);
        return Between(both.GetLower(), both.GetUpper(), dy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Linear256(byte* centre, long stride, double dx, double dy) =>
        Between(LinearRow(centre, dx), LinearRow(centre + stride, dx), dy);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> LinearRow(byte* centre, double dx)
    {
        Vector128<byte> taps = Eight(centre);
        Vector128<int> left = Ssse3.Shuffle(taps, Vector128.Create(0, No, No, No, 1, No, No, No, 2, No, No, No, No, No, No, No)).AsInt32();
        Vector128<int> right = Ssse3.Shuffle(taps, Vector128.Create(3, No, No, No, 4, No, No, No, 5, No, No, No, No, No, No, No)).AsInt32();
        Vector256<double> along = Avx.Multiply(Avx.ConvertToVector256Double(right - left), Vector256.Create(dx));
        return Avx.Add(Avx.ConvertToVector256Double(left), along);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Between(Vector256<double> v1, Vector256<double> v2, double d) =>
        Avx.Add(v1, Avx.Multiply(Avx.Subtract(v2, v1), Vector256.Create(d)));

    private static Vector128<byte> Eight(byte* from) => Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte();

    /// <summary>Two pixels at a time, which go down their columns together.</summary>
    private static void CubicRow512(byte* source, long stride, in GatherTaps taps, byte* row, int from, int to, int width)
    {
        double* dx = taps.Dx, dy = taps.Dy;
        int* offsets = taps.Offsets;
        for (int x = from; x < to; x += 2)
        {
            // An odd last pixel goes with itself.
            int second = Math.Min(x + 1, to - 1);
            Vector512<double> left = Along512(source + offsets[x], stride, dx[x], out Vector512<double> leftBelow);
            Vector512<double> right = Along512(source + offsets[second], stride, dx[second], out Vector512<double> rightBelow);
            Vector512<double> v1 = Avx512F.Shuffle4x128(left, right, 0x44), v2 = Avx512F.Shuffle4x128(left, right, 0xEE);
            Vector512<double> v3 = Avx512F.Shuffle4x128(leftBelow, rightBelow, 0x44), v4 = Avx512F.Shuffle4x128(leftBelow, rightBelow, 0xEE);
            Vector512<double> d = Vector512.Create(Vector256.Create(dy[x]), Vector256.Create(dy[second]));
            Vector512<double> both = Down512(v1, v2, v3, v4, d);
            Store(both.GetLower(), row, x, width);
            Store(both.GetUpper(), row, second, width);
        }
    }

    /// <summary>All four rows in one vector of bytes; a channel's four taps side by side, so that two multiply-adds give each sum.</summary>
    /// <returns>The upper two rows; the lower two go to <paramref name="below"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Along512(byte* centre, long stride, double dx, out Vector512<double> below)
    {
        const ulong First = 0x0A07040109060300, Second = 0x808080800B080502;
        byte* first = centre - stride - 3;
        Vector256<byte> upper = Vector256.Create(Vector128.Load(first), Vector128.Load(first + stride));
        Vector256<byte> lower = Vector256.Create(Vector128.Load(first + 2 * stride), Vector128.Load(first + 3 * stride));
        Vector512<byte> rows = Avx512F.InsertVector256(upper.ToVector512Unsafe(), lower, 1);
        Vector512<byte> taps = Avx512BW.Shuffle(rows, Vector512.Create(First, Second, First, Second, First, Second, First, Second).AsByte());
        Vector512<int> p1 = Sum512(taps, 0x00000100), p2 = Sum512(taps, 0x000100FF), p3 = Sum512(taps, 0xFF01FE02), p4 = Sum512(taps, 0x01FF01FF);
        Vector512<double> d = Vector512.Create(dx);
        below = Along(p1.GetUpper(), p2.GetUpper(), p3.GetUpper(), p4.GetUpper(), d);
        return Along(p1.GetLower(), p2.GetLower(), p3.GetLower(), p4.GetLower(), d);
    }

    /// <summary>See <see cref="Down"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Down512(Vector512<double> v1, Vector512<double> v2, Vector512<double> v3, Vector512<double> v4, Vector512<double> d)
    {
        Vector512<double> change = Avx512F.Subtract(v1, v2);
        Vector512<double> p2 = Avx512F.Subtract(v3, v1);
        Vector512<double> p3 = Avx512F.Subtract(Avx512F.Add(Avx512F.Add(change, change), v3), v4);
        Vector512<double> p4 = Avx512F.Add(Avx512F.Subtract(Avx512F.Subtract(v2, v1), v3), v4);
        Vector512<double> inner = Avx512F.Add(p3, Avx512F.Multiply(d, p4));
        inner = Avx512F.Add(p2, Avx512F.Multiply(d, inner));
        Vector512<double> value = Avx512F.Add(v2, Avx512F.Multiply(d, inner));
        return Avx512F.Min(Avx512F.Max(value, Vector512<double>.Zero), Vector512.Create(255.0));
    }

    /// <summary>The sum of four bytes with four signed weights, the first in the lowest byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Sum512(Vector512<byte> taps, uint weights) =>
        Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(taps, Vector512.Create(weights).AsSByte()), Vector512.Create((short)1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> Along(Vector256<int> p1, Vector256<int> p2, Vector256<int> p3, Vector256<int> p4, Vector512<double> d)
    {
        Vector512<double> inner = Avx512F.Add(Avx512F.ConvertToVector512Double(p3), Avx512F.Multiply(d, Avx512F.ConvertToVector512Double(p4)));
        inner = Avx512F.Add(Avx512F.ConvertToVector512Double(p2), Avx512F.Multiply(d, inner));
        return Avx512F.Add(Avx512F.ConvertToVector512Double(p1), Avx512F.Multiply(d, inner));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Cubic256(byte* centre, long stride, double dx, double dy)
    {
        byte* first = centre - stride - 3;
        return Down(CubicRow(first, dx), CubicRow(first + stride, dx), CubicRow(first + 2 * stride, dx), CubicRow(first + 3 * stride, dx), dy);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> CubicRow(byte* first, double dx)
    {
        Vector128<byte> taps = Ssse3.Shuffle(Vector128.Load(first), Vector128.Create(0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11, No, No, No, No));
        Vector256<double> d = Vector256.Create(dx);
        Vector256<double> inner = Avx.Add(Sum128(taps, 0xFF01FE02), Avx.Multiply(d, Sum128(taps, 0x01FF01FF)));
        inner = Avx.Add(Sum128(taps, 0x000100FF), Avx.Multiply(d, inner));
        return Avx.Add(Sum128(taps, 0x00000100), Avx.Multiply(d, inner));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Sum128(Vector128<byte> taps, uint weights) => Avx.ConvertToVector256Double(
        Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(taps, Vector128.Create(weights).AsSByte()), Vector128.Create((short)1)));

    /// <summary>The four rows' values are no whole numbers: the sums are taken in Pillow's order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Down(Vector256<double> v1, Vector256<double> v2, Vector256<double> v3, Vector256<double> v4, double dy)
    {
        Vector256<double> d = Vector256.Create(dy), change = Avx.Subtract(v1, v2);
        Vector256<double> p2 = Avx.Subtract(v3, v1);
        Vector256<double> p3 = Avx.Subtract(Avx.Add(Avx.Add(change, change), v3), v4);
        Vector256<double> p4 = Avx.Add(Avx.Subtract(Avx.Subtract(v2, v1), v3), v4);
        Vector256<double> inner = Avx.Add(p3, Avx.Multiply(d, p4));
        inner = Avx.Add(p2, Avx.Multiply(d, inner));
        Vector256<double> value = Avx.Add(v2, Avx.Multiply(d, inner));
        return Avx.Min(Avx.Max(value, Vector256<double>.Zero), Vector256.Create(255.0));
    }
}
