using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The two passes with 512-bit vectors; results equal <see cref="ResamplePass"/>'s (see <see cref="ResampleTable"/>).</summary>
internal static unsafe class ResamplePass512
{
    /// <inheritdoc cref="ResamplePass.Horizontal"/>
    /// <remarks>Up to 32 numbers behind the last pixel are written; nothing behind the source rows' last pixel is read.</remarks>
    public static void Horizontal(in ResampleRows rows, ResampleTable table, ResampleGroups groups)
    {
        // Groups whose 64 bytes end behind the rows' last pixel stand together at one end, at the left one in a mirrored table.
        int reach = 12 * ((table.Pairs - 1) / 2) + Vector512<byte>.Count, first = 0, last = groups.Count;
        long end = 3L * (rows.Origin + rows.Width);
        for (; first < last && 3L * groups.Start(first) + reach > end; first++)
        {
        }

        for (; last > first && 3L * groups.Start(last - 1) + reach > end; last--)
        {
        }

        Horizontal<Part>(rows, table, groups, 0, first);
        Horizontal<Whole>(rows, table, groups, first, last);
        Horizontal<Part>(rows, table, groups, last, groups.Count);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Horizontal<TLoad>(in ResampleRows rows, ResampleTable table, ResampleGroups groups, int first, int last)
        where TLoad : struct, ILoad
    {
        byte* s0 = rows.S0, s1 = rows.S1, s2 = rows.S2, s3 = rows.S3;
        int* high = table.High(0), low = table.Low(0);
        nint stride = (nint)(table.High(1) - high);
        int pairs = table.Pairs, origin = 3 * rows.Origin, width = 3 * rows.Width;
        Vector512<int> spread = ResampleGroups.Spread, half = Vector512.Create(ResampleTable.Half);
        Vector512<short> even = Vector512.Create(0x00ff00ff).AsInt16();
        for (int group = first; group < last; group++)
        {
            int x = group * ResampleGroups.Pixels, left = width;
            nint at = 3 * groups.Start(group) - origin;
            int* h = high + x, l = low + x;
            Vector512<byte> order = groups.Order(group);
            Vector512<int> h0 = default, h1 = default, h2 = default, h3 = default, l0 = half, l1 = half, l2 = half, l3 = half;
            int pair = pairs;
            for (; pair > 1; pair -= 2, at += 12, h += 2 * stride, l += 2 * stride)
            {
                Vector512<short> highA = Weights(h, spread), highB = Weights(h + stride, spread);
                Vector512<short> lowA = Weights(l, spread), lowB = Weights(l + stride, spread);
                Four(TLoad.Load(s0 + at, left - at, order), even, highA, highB, lowA, lowB, ref h0, ref l0);
                Four(TLoad.Load(s1 + at, left - at, order), even, highA, highB, lowA, lowB, ref h1, ref l1);
                Four(TLoad.Load(s2 + at, left - at, order), even, highA, highB, lowA, lowB, ref h2, ref l2);
                Four(TLoad.Load(s3 + at, left - at, order), even, highA, highB, lowA, lowB, ref h3, ref l3);
            }

            if (pair == 1)
            {
                Vector512<short> highA = Weights(h, spread), lowA = Weights(l, spread);
                Two(TLoad.Load(s0 + at, left - at, order) & even, highA, lowA, ref h0, ref l0);
                Two(TLoad.Load(s1 + at, left - at, order) & even, highA, lowA, ref h1, ref l1);
                Two(TLoad.Load(s2 + at, left - at, order) & even, highA, lowA, ref h2, ref l2);
                Two(TLoad.Load(s3 + at, left - at, order) & even, highA, lowA, ref h3, ref l3);
            }

            Pair(h0, l0, h1, l1).Store(rows.T01 + 6 * x);
            Pair(h2, l2, h3, l3).Store(rows.T23 + 6 * x);
        }
    }

    /// <summary>Makes one row of several. Up to 128 numbers behind a pair's last one are read; nothing behind the target row is written.</summary>
    /// <param name="pairs">The pairs of rows that it takes.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="table">Weights.</param>
    /// <param name="row">Which of the table's output rows.</param>
    /// <param name="length">Bytes of a row.</param>
    /// <param name="target">The output row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vertical(short** pairs, int count, ResampleTable table, int row, int length, byte* target)
    {
        Vector512<int> inOrder = Vector512.Create(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
        for (int i = 0; i < length; i += Vector512<byte>.Count)
        {
            Vector512<int> h0 = default, h1 = default, h2 = default, h3 = default;
            Vector512<int> l0 = Vector512.Create(ResampleTable.Half), l1 = l0, l2 = l0, l3 = l0;
            for (int pair = 0; pair < count; pair++)
            {
                Vector512<short> high = Vector512.Create(table.High(pair)[row]).AsInt16(), low = Vector512.Create(table.Low(pair)[row]).AsInt16();
                short* source = pairs[pair] + 2 * i;
                Two(Vector512.Load(source), high, low, ref h0, ref l0);
                Two(Vector512.Load(source + 32), high, low, ref h1, ref l1);
                Two(Vector512.Load(source + 64), high, low, ref h2, ref l2);
                Two(Vector512.Load(source + 96), high, low, ref h3, ref l3);
            }

            Vector512<short> a = Avx512BW.PackSignedSaturate(Sum(h0, l0) >> ResampleTable.Precision, Sum(h1, l1) >> ResampleTable.Precision);
            Vector512<short> b = Avx512BW.PackSignedSaturate(Sum(h2, l2) >> ResampleTable.Precision, Sum(h3, l3) >> ResampleTable.Precision);
            // Packing works in parts of 128 bits.
            Vector512<byte> bytes = Avx512F.PermuteVar16x32(Avx512BW.PackUnsignedSaturate(a, b).AsInt32(), inOrder).AsByte();
            if (i + Vector512<byte>.Count <= length)
            {
                bytes.Store(target + i);
            }
            else
            {
                Avx512BW.MaskStore(target + i, FirstBytes(length - i), bytes);
            }
        }
    }

    /// <summary>The weights of a group's values, from those of its pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Weights(int* pixels, Vector512<int> spread) =>
        Avx512F.PermuteVar16x32(Vector256.Load(pixels).ToVector512Unsafe(), spread).AsInt16();

    /// <summary>All ones in the first bytes.</summary>
    private static Vector512<byte> FirstBytes(nint count) =>
        Vector512.LessThan(Vector512<byte>.Indices, Vector512.Create((byte)Math.Clamp(count, 0, Vector512<byte>.Count)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four(
        Vector512<short> pixels, Vector512<short> even, Vector512<short> highA, Vector512<short> highB, Vector512<short> lowA, Vector512<short> lowB,
        ref Vector512<int> high, ref Vector512<int> low)
    {
        Vector512<short> a = pixels & even, b = (pixels.AsUInt16() >> 8).AsInt16();
        high += Avx512BW.MultiplyAddAdjacent(a, highA);
        low += Avx512BW.MultiplyAddAdjacent(a, lowA);
        high += Avx512BW.MultiplyAddAdjacent(b, highB);
        low += Avx512BW.MultiplyAddAdjacent(b, lowB);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(Vector512<short> pixels, Vector512<short> weightsHigh, Vector512<short> weightsLow, ref Vector512<int> high, ref Vector512<int> low)
    {
        high += Avx512BW.MultiplyAddAdjacent(pixels, weightsHigh);
        low += Avx512BW.MultiplyAddAdjacent(pixels, weightsLow);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Sum(Vector512<int> high, Vector512<int> low) => (high << ResampleTable.LowBits) + low;

    /// <summary>Two rows' values side by side. Shifted by 6 instead of 22 bits, the second row's stand in the upper halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pair(Vector512<int> high0, Vector512<int> low0, Vector512<int> high1, Vector512<int> low1)
    {
        Vector512<int> first = Sum(high0, low0) >> ResampleTable.Precision, second = Sum(high1, low1) >> (ResampleTable.Precision - 16);
        Vector512<short> both = Vector512.ConditionalSelect(Vector512.Create(0xffff), first, second).AsInt16();
        return Vector512.Min(Vector512.Max(both, Vector512<short>.Zero), Vector512.Create((short)255));
    }

    /// <summary>How a group's bytes are read and put in order: taps 0, 2, 1 and 3 of each value.</summary>
    private interface ILoad
    {
        static abstract Vector512<short> Load(byte* source, nint left, Vector512<byte> order);
    }

    /// <summary>All 64 bytes.</summary>
    private readonly struct Whole : ILoad
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<short> Load(byte* source, nint left, Vector512<byte> order) =>
            Avx512Vbmi.PermuteVar64x8(Vector512.Load(source), order).AsInt16();
    }

    /// <summary>As many as are left.</summary>
    private readonly struct Part : ILoad
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<short> Load(byte* source, nint left, Vector512<byte> order) =>
            Avx512Vbmi.PermuteVar64x8(Avx512BW.MaskLoad(source, FirstBytes(left), Vector512<byte>.Zero), order).AsInt16();
    }
}
