using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The two passes with 512-bit vectors; results equal <see cref="ResamplePass"/>'s (see <see cref="ResampleTable"/>).</summary>
internal static unsafe class ResamplePass512
{
    /// <inheritdoc cref="ResamplePass.Horizontal"/>
    /// <remarks>Up to 64 numbers behind the last pixel are written; nothing behind the source rows' last pixel is read.</remarks>
    public static void Horizontal(in ResampleRows rows, ResampleTable table, ResampleGroups groups)
    {
        byte* s0 = rows.S0, s1 = rows.S1, s2 = rows.S2, s3 = rows.S3;
        short* t01 = rows.T01, t23 = rows.T23;
        int pairs = table.Pairs, reach = 12 * ((pairs - 1) / 2) + Vector512<byte>.Count;
        long end = 3L * rows.Width;
        Vector512<int> spread = ResampleGroups.Spread;
        Vector512<short> even = Vector512.Create(0x00ff00ff).AsInt16();
        for (int group = 0, x = 0; group < groups.Count; group++, x += ResampleGroups.Pixels)
        {
            long at = 3L * (groups.Start(group) - rows.Origin);
            bool inside = at + reach <= end;
            Vector512<byte> order = groups.Order(group);
            Vector512<int> h0 = default, h1 = default, h2 = default, h3 = default;
            Vector512<int> l0 = Vector512.Create(ResampleTable.Half), l1 = l0, l2 = l0, l3 = l0;
            int pair = 0;
            for (; pair + 1 < pairs; pair += 2, at += 12)
            {
                Vector512<short> highA = Weights(table.High(pair) + x, spread), highB = Weights(table.High(pair + 1) + x, spread);
                Vector512<short> lowA = Weights(table.Low(pair) + x, spread), lowB = Weights(table.Low(pair + 1) + x, spread);
                Vector512<short> p0 = Pixels(s0 + at, end - at, inside, order), p1 = Pixels(s1 + at, end - at, inside, order);
                Vector512<short> p2 = Pixels(s2 + at, end - at, inside, order), p3 = Pixels(s3 + at, end - at, inside, order);
                Four(p0, even, highA, highB, lowA, lowB, ref h0, ref l0);
                Four(p1, even, highA, highB, lowA, lowB, ref h1, ref l1);
                Four(p2, even, highA, highB, lowA, lowB, ref h2, ref l2);
                Four(p3, even, highA, highB, lowA, lowB, ref h3, ref l3);
            }

            if (pair < pairs)
            {
                Vector512<short> high = Weights(table.High(pair) + x, spread), low = Weights(table.Low(pair) + x, spread);
                Two(Pixels(s0 + at, end - at, inside, order) & even, high, low, ref h0, ref l0);
                Two(Pixels(s1 + at, end - at, inside, order) & even, high, low, ref h1, ref l1);
                Two(Pixels(s2 + at, end - at, inside, order) & even, high, low, ref h2, ref l2);
                Two(Pixels(s3 + at, end - at, inside, order) & even, high, low, ref h3, ref l3);
            }

            Pair(h0, l0, h1, l1).Store(t01 + 6 * x);
            Pair(h2, l2, h3, l3).Store(t23 + 6 * x);
        }
    }

    /// <inheritdoc cref="ResamplePass.Vertical"/>
    /// <param name="count">How many pairs.</param>
    /// <remarks>Up to 128 numbers behind a pair's last one are read; nothing behind the target row is written.</remarks>
#pragma warning disable CS1573 // The others are inherited.
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
#pragma warning restore CS1573

    /// <summary>The weights of a group's values, from those of its pixels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Weights(int* pixels, Vector512<int> spread) =>
        Avx512F.PermuteVar16x32(Vector256.Load(pixels).ToVector512Unsafe(), spread).AsInt16();

    /// <summary>Taps 0, 2, 1 and 3 of a group's values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<short> Pixels(byte* source, long left, bool inside, Vector512<byte> order)
    {
        Vector512<byte> bytes = inside ? Vector512.Load(source) : Avx512BW.MaskLoad(source, FirstBytes(left), Vector512<byte>.Zero);
        return Avx512Vbmi.PermuteVar64x8(bytes, order).AsInt16();
    }

    /// <summary>All ones in the first bytes.</summary>
    private static Vector512<byte> FirstBytes(long count) =>
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
}
