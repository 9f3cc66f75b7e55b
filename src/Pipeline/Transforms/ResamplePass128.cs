using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The two passes with 128-bit vectors, SSE4.2 or NEON; results equal <see cref="ResamplePass"/>'s (see
/// <see cref="ResampleTable"/>).</summary>
internal static unsafe class ResamplePass128
{
    /// <inheritdoc cref="ResamplePass256.Horizontal"/>
    public static void Horizontal(in ResampleRows rows, ResampleTable table)
    {
        TwoRows(rows.S0, rows.S1, rows.Origin, table, rows.T01);
        TwoRows(rows.S2, rows.S3, rows.Origin, table, rows.T23);
    }

    /// <summary>Makes one row of several. Up to 32 numbers behind a pair's last one are read; nothing behind the target row is written.</summary>
    /// <inheritdoc cref="ResamplePass256.Vertical"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vertical(short** pairs, int count, ResampleTable table, int row, int length, byte* target)
    {
        byte* rest = stackalloc byte[Vector128<byte>.Count];
        for (int i = 0; i < length; i += Vector128<byte>.Count)
        {
            Vector128<int> h0 = default, h1 = default, h2 = default, h3 = default;
            Vector128<int> l0 = Vector128.Create(ResampleTable.Half), l1 = l0, l2 = l0, l3 = l0;
            for (int pair = 0; pair < count; pair++)
            {
                short* source = pairs[pair] + 2 * i;
                int high = table.High(pair)[row], low = table.Low(pair)[row];
                Two(Vector128.Load(source), Vector128.Load(source + 8), high, low, ref h0, ref l0, ref h1, ref l1);
                Two(Vector128.Load(source + 16), Vector128.Load(source + 24), high, low, ref h2, ref l2, ref h3, ref l3);
            }

            Vector128<short> a = Clamp(Vector128.Narrow(Sum(h0, l0) >> ResampleTable.Precision, Sum(h1, l1) >> ResampleTable.Precision));
            Vector128<short> b = Clamp(Vector128.Narrow(Sum(h2, l2) >> ResampleTable.Precision, Sum(h3, l3) >> ResampleTable.Precision));
            Vector128<byte> bytes = Vector128.Narrow(a.AsUInt16(), b.AsUInt16());
            if (i + Vector128<byte>.Count <= length)
            {
                bytes.Store(target + i);
            }
            else
            {
                bytes.Store(rest);
                Unsafe.CopyBlockUnaligned(target + i, rest, (uint)(length - i));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(byte* s0, byte* s1, int origin, ResampleTable table, short* target)
    {
        Vector128<byte> order = Vector128.Create((byte)0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11, 255, 255, 255, 255);
        Vector128<short> even = Vector128.Create(0x00ff00ff).AsInt16();
        for (int x = 0; x < table.Count; x++)
        {
            long at = 3L * (table.Starts[x] - origin);
            int pairs = (table.Taps[x] + 1) / 2;
            Vector128<int> h0 = default, h1 = default, l0 = Vector128.Create(ResampleTable.Half), l1 = l0;
            for (int pair = 0; pair < pairs; pair += 2, at += 12)
            {
                Vector128<short> p0 = Vector128.Shuffle(Vector128.Load(s0 + at), order).AsInt16(), p1 = Vector128.Shuffle(Vector128.Load(s1 + at), order).AsInt16();
                Two(p0 & even, p1 & even, table.High(pair)[x], table.Low(pair)[x], ref h0, ref l0, ref h1, ref l1);
                if (pair + 1 < pairs)
                {
                    Two((p0.AsUInt16() >> 8).AsInt16(), (p1.AsUInt16() >> 8).AsInt16(), table.High(pair + 1)[x], table.Low(pair + 1)[x], ref h0, ref l0, ref h1, ref l1);
                }
            }

            Vector128<int> first = Sum(h0, l0) >> ResampleTable.Precision, second = Sum(h1, l1) >> (ResampleTable.Precision - 16);
            Clamp(Vector128.ConditionalSelect(Vector128.Create(0xffff), first, second).AsInt16()).Store(target + 6 * x);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(
        Vector128<short> a, Vector128<short> b, int weightsHigh, int weightsLow, ref Vector128<int> highA, ref Vector128<int> lowA, ref Vector128<int> highB, ref Vector128<int> lowB)
    {
        Vector128<short> high = Vector128.Create(weightsHigh).AsInt16(), low = Vector128.Create(weightsLow).AsInt16();
        highA += MultiplyAddAdjacent(a, high);
        lowA += MultiplyAddAdjacent(a, low);
        highB += MultiplyAddAdjacent(b, high);
        lowB += MultiplyAddAdjacent(b, low);
    }

    /// <summary>Products of 16-bit numbers, neighbours added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> MultiplyAddAdjacent(Vector128<short> a, Vector128<short> b) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(a, b)
        : AdvSimd.Arm64.AddPairwise(AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), AdvSimd.MultiplyWideningUpper(a, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Sum(Vector128<int> high, Vector128<int> low) => (high << ResampleTable.LowBits) + low;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Clamp(Vector128<short> values) => Vector128.Min(Vector128.Max(values, Vector128<short>.Zero), Vector128.Create((short)255));
}
