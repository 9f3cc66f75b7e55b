using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>The two passes with 256-bit vectors; results equal <see cref="ResamplePass"/>'s (see <see cref="ResampleTable"/>).</summary>
internal static unsafe class ResamplePass256
{
    /// <inheritdoc cref="ResamplePass.Horizontal"/>
    /// <remarks>Up to 2 numbers behind the last pixel are written, up to 16 bytes behind the source rows' last pixel are read.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Horizontal(in ResampleRows rows, ResampleTable table)
    {
        Vector256<byte> order = Vector256.Create(
            (byte)0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11, 255, 255, 255, 255, 0, 6, 3, 9, 1, 7, 4, 10, 2, 8, 5, 11, 255, 255, 255, 255);
        Vector256<short> even = Vector256.Create(0x00ff00ff).AsInt16();
        for (int x = 0; x < table.Count; x++)
        {
            long at = 3L * (table.Starts[x] - rows.Origin);
            int pairs = (table.Taps[x] + 1) / 2;
            // Rows 0 and 2 in one vector, 1 and 3 in the other.
            Vector256<int> h0 = default, h1 = default, l0 = Vector256.Create(ResampleTable.Half), l1 = l0;
            for (int pair = 0; pair < pairs; pair += 2, at += 12)
            {
                Vector256<byte> s0 = Vector256.Create(Vector128.Load(rows.S0 + at), Vector128.Load(rows.S2 + at));
                Vector256<byte> s1 = Vector256.Create(Vector128.Load(rows.S1 + at), Vector128.Load(rows.S3 + at));
                Vector256<short> p0 = Avx2.Shuffle(s0, order).AsInt16(), p1 = Avx2.Shuffle(s1, order).AsInt16();
                Two(p0 & even, p1 & even, table.High(pair)[x], table.Low(pair)[x], ref h0, ref l0, ref h1, ref l1);
                if (pair + 1 < pairs)
                {
                    Two((p0.AsUInt16() >> 8).AsInt16(), (p1.AsUInt16() >> 8).AsInt16(), table.High(pair + 1)[x], table.Low(pair + 1)[x], ref h0, ref l0, ref h1, ref l1);
                }
            }

            Vector256<int> first = Sum(h0, l0) >> ResampleTable.Precision, second = Sum(h1, l1) >> (ResampleTable.Precision - 16);
            Vector256<short> both = Vector256.ConditionalSelect(Vector256.Create(0xffff), first, second).AsInt16();
            both = Vector256.Min(Vector256.Max(both, Vector256<short>.Zero), Vector256.Create((short)255));
            both.GetLower().Store(rows.T01 + 6 * x);
            both.GetUpper().Store(rows.T23 + 6 * x);
        }
    }

    /// <summary>Makes one row of several. Up to 64 numbers behind a pair's last one are read; nothing behind the target row is written.</summary>
    /// <param name="pairs">The pairs of rows that it takes.</param>
    /// <param name="count">How many they are.</param>
    /// <param name="table">Weights.</param>
    /// <param name="row">Which of the table's output rows.</param>
    /// <param name="length">Bytes of a row.</param>
    /// <param name="target">The output row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Vertical(short** pairs, int count, ResampleTable table, int row, int length, byte* target)
    {
        Vector256<int> inOrder = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        byte* rest = stackalloc byte[Vector256<byte>.Count];
        for (int i = 0; i < length; i += Vector256<byte>.Count)
        {
            Vector256<int> h0 = default, h1 = default, h2 = default, h3 = default;
            Vector256<int> l0 = Vector256.Create(ResampleTable.Half), l1 = l0, l2 = l0, l3 = l0;
            for (int pair = 0; pair < count; pair++)
            {
                short* source = pairs[pair] + 2 * i;
                int high = table.High(pair)[row], low = table.Low(pair)[row];
                Two(Vector256.Load(source), Vector256.Load(source + 16), high, low, ref h0, ref l0, ref h1, ref l1);
                Two(Vector256.Load(source + 32), Vector256.Load(source + 48), high, low, ref h2, ref l2, ref h3, ref l3);
            }

            Vector256<short> a = Avx2.PackSignedSaturate(Sum(h0, l0) >> ResampleTable.Precision, Sum(h1, l1) >> ResampleTable.Precision);
            Vector256<short> b = Avx2.PackSignedSaturate(Sum(h2, l2) >> ResampleTable.Precision, Sum(h3, l3) >> ResampleTable.Precision);
            // Packing works in halves.
            Vector256<byte> bytes = Avx2.PermuteVar8x32(Avx2.PackUnsignedSaturate(a, b).AsInt32(), inOrder).AsByte();
            if (i + Vector256<byte>.Count <= length)
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Two(
        Vector256<short> a, Vector256<short> b, int weightsHigh, int weightsLow, ref Vector256<int> highA, ref Vector256<int> lowA, ref Vector256<int> highB, ref Vector256<int> lowB)
    {
        Vector256<short> high = Vector256.Create(weightsHigh).AsInt16(), low = Vector256.Create(weightsLow).AsInt16();
        highA += Avx2.MultiplyAddAdjacent(a, high);
        lowA += Avx2.MultiplyAddAdjacent(a, low);
        highB += Avx2.MultiplyAddAdjacent(b, high);
        lowB += Avx2.MultiplyAddAdjacent(b, low);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Sum(Vector256<int> high, Vector256<int> low) => (high << ResampleTable.LowBits) + low;
}
