using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Pillow's grey of a colour (its <c>Convert.c</c>; ITU-R BT.601): (19595 R + 38470 G + 7471 B + 32768) >> 16.</summary>
internal static unsafe class Luma
{
    /// <summary>Pixels that callers take at a time: few enough for the nearest cache, enough that what vectors leave does not matter.</summary>
    public const int Piece = 1024;

    private const int Red = 19595, Green = 38470, Blue = 7471, Half = 1 << 15, Pixels = 16;

    /// <summary>The grey of one pixel: the reference.</summary>
    public static byte One(byte* rgb) => (byte)((Red * rgb[0] + Green * rgb[1] + Blue * rgb[2] + Half) >> 16);

    /// <summary>One grey byte a pixel.</summary>
    public static void Row(VectorLevel level, byte* rgb, byte* grey, int pixels)
    {
        // Vectors read behind the last of their sixteen pixels: four bytes, or, with 512 bits, sixteen.
        int done = level == VectorLevel.Vector512 ? Vectors512(rgb, grey, pixels - 6)
            : level > VectorLevel.Scalar && Ssse3.IsSupported ? Vectors(rgb, grey, pixels - 2)
            : 0;
        for (; done < pixels; done++)
        {
            grey[done] = One(rgb + 3 * done);
        }
    }

    /// <summary>The sum of grey bytes.</summary>
    public static long Sum(VectorLevel level, byte* grey, int count)
    {
        long sum = 0;
        int i = 0;
        if (level > VectorLevel.Scalar && Sse2.IsSupported)
        {
            Vector128<ulong> sums = default;
            for (; i <= count - Pixels; i += Pixels)
            {
                sums += Sse2.SumAbsoluteDifferences(Vector128.Load(grey + i), Vector128<byte>.Zero).AsUInt64();
            }

            sum = (long)Vector128.Sum(sums);
        }

        for (; i < count; i++)
        {
            sum += grey[i];
        }

        return sum;
    }

    /// <summary>Each grey byte three times: the grey image as RGB.</summary>
    public static void Triple(VectorLevel level, byte* grey, byte* rgb, int pixels)
    {
        int i = 0;
        if (level > VectorLevel.Scalar && Vector128.IsHardwareAccelerated)
        {
            Vector128<byte> first = Vector128.Create((byte)0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5);
            Vector128<byte> second = Vector128.Create((byte)5, 5, 6, 6, 6, 7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10);
            Vector128<byte> third = Vector128.Create((byte)10, 11, 11, 11, 12, 12, 12, 13, 13, 13, 14, 14, 14, 15, 15, 15);
            for (; i <= pixels - Pixels; i += Pixels)
            {
                Vector128<byte> values = Vector128.Load(grey + i);
                Vector128.Shuffle(values, first).Store(rgb + 3 * i);
                Vector128.Shuffle(values, second).Store(rgb + 3 * i + 16);
                Vector128.Shuffle(values, third).Store(rgb + 3 * i + 32);
            }
        }

        for (; i < pixels; i++)
        {
            rgb[3 * i] = rgb[3 * i + 1] = rgb[3 * i + 2] = grey[i];
        }
    }

    /// <summary>Multiply-add-adjacent takes signed 16-bit weights, so green counts twice with half its own.</summary>
    private static int Vectors(byte* rgb, byte* grey, int pixels)
    {
        int i = 0;
        for (; i <= pixels - Pixels; i += Pixels)
        {
            byte* from = rgb + 3 * i;
            Vector128<short> low = Sse2.PackSignedSaturate(Four(from), Four(from + 12));
            Vector128<short> high = Sse2.PackSignedSaturate(Four(from + 24), Four(from + 36));
            Sse2.PackUnsignedSaturate(low, high).Store(grey + i);
        }

        return i;
    }

    /// <summary>The same with each pixel's four products side by side in 64 bits, so that the grey is one byte of them.</summary>
    private static int Vectors512(byte* rgb, byte* grey, int pixels)
    {
        Vector512<byte> order = Vector512.Create(
            0, 1, 1, 2, 3, 4, 4, 5, 6, 7, 7, 8, 9, 10, 10, 11, 12, 13, 13, 14, 15, 16, 16, 17, 18, 19, 19, 20, 21, 22, 22, 23,
            24, 25, 25, 26, 27, 28, 28, 29, 30, 31, 31, 32, 33, 34, 34, 35, 36, 37, 37, 38, 39, 40, 40, 41, 42, 43, 43, 44, 45, 46, 46, (byte)47);
        Vector512<short> weights = Vector512.Create(Red | ((ulong)(Green / 2) << 16) | ((ulong)(Green / 2) << 32) | ((ulong)Blue << 48)).AsInt16();
        Vector512<ulong> half = Vector512.Create((ulong)Half);
        int i = 0;
        for (; i <= pixels - Pixels; i += Pixels)
        {
            Vector512<byte> values = Avx512Vbmi.PermuteVar64x8(Vector512.Load(rgb + 3 * i), order);
            Vector512<ulong> low = Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(values.GetLower()), weights).AsUInt64();
            Vector512<ulong> high = Avx512BW.MultiplyAddAdjacent(Avx512BW.ConvertToVector512Int16(values.GetUpper()), weights).AsUInt64();
            Vector128<byte> first = Avx512F.ConvertToVector128Byte((low + (low >>> 32) + half) >>> 16);
            Vector128<byte> second = Avx512F.ConvertToVector128Byte((high + (high >>> 32) + half) >>> 16);
            Vector128.Create(first.GetLower(), second.GetLower()).Store(grey + i);
        }

        return i;
    }

    private static Vector128<int> Four(byte* rgb)
    {
        const byte Zero = 0x80;
        Vector128<byte> pixels = Vector128.Load(rgb);
        Vector128<short> redGreen = Ssse3.Shuffle(pixels, Vector128.Create((byte)0, Zero, 1, Zero, 3, Zero, 4, Zero, 6, Zero, 7, Zero, 9, Zero, 10, Zero)).AsInt16();
        Vector128<short> greenBlue = Ssse3.Shuffle(pixels, Vector128.Create((byte)1, Zero, 2, Zero, 4, Zero, 5, Zero, 7, Zero, 8, Zero, 10, Zero, 11, Zero)).AsInt16();
        Vector128<int> sum = Sse2.MultiplyAddAdjacent(redGreen, Vector128.Create(Red | (Green / 2 << 16)).AsInt16())
            + Sse2.MultiplyAddAdjacent(greenBlue, Vector128.Create((Green / 2) | (Blue << 16)).AsInt16());
        return (sum + Vector128.Create(Half)) >>> 16;
    }
}
