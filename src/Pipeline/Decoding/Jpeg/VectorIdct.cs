using System.Runtime.CompilerServices;
using static StreamTrainer.Pipeline.Decoding.Jpeg.IdctConstants;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>
/// The inverse DCT of as many blocks at once as a vector has lanes: register k holds row k (in the second pass column k) of all
/// of them. The words, the multiply-adds of pairs and where sums are cut are those of libjpeg-turbo's vector code, so that
/// results are equal for any coefficients.
/// </summary>
internal static unsafe class VectorIdct<TLanes, TVector>
    where TLanes : struct, ILanes<TVector>
    where TVector : struct
{
    /// <summary>A group of blocks.</summary>
    /// <returns>False, and nothing is written, where row 0 is so large that <see cref="ScalarKernels"/> must say what comes.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool Group(short* blocks, short* steps, byte* target, int stride)
    {
        TVector r0 = TLanes.Multiply(TLanes.LoadRows(blocks), TLanes.Repeat(steps));
        if (TLanes.Any(TLanes.Add(r0, TLanes.Create(MostFirstRow + 1)), TLanes.Create(unchecked((short)0xc000))))
        {
            return false;
        }

        TVector r1 = TLanes.Multiply(TLanes.LoadRows(blocks + 8), TLanes.Repeat(steps + 8));
        TVector r2 = TLanes.Multiply(TLanes.LoadRows(blocks + 16), TLanes.Repeat(steps + 16));
        TVector r3 = TLanes.Multiply(TLanes.LoadRows(blocks + 24), TLanes.Repeat(steps + 24));
        TVector r4 = TLanes.Multiply(TLanes.LoadRows(blocks + 32), TLanes.Repeat(steps + 32));
        TVector r5 = TLanes.Multiply(TLanes.LoadRows(blocks + 40), TLanes.Repeat(steps + 40));
        TVector r6 = TLanes.Multiply(TLanes.LoadRows(blocks + 48), TLanes.Repeat(steps + 48));
        TVector r7 = TLanes.Multiply(TLanes.LoadRows(blocks + 56), TLanes.Repeat(steps + 56));
        Line(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, FirstShift);
        Transpose(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
        Line(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7, SecondShift);
        StoreColumns(r0, r1, r2, r3, r4, r5, r6, r7, target, stride);
        return true;
    }

    /// <summary>One pass: eight vectors of inputs to eight of outputs, cut to words.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Line(
        ref TVector r0, ref TVector r1, ref TVector r2, ref TVector r3, ref TVector r4, ref TVector r5, ref TVector r6, ref TVector r7, int shift)
    {
        TVector s73 = TLanes.Add(r7, r3), s51 = TLanes.Add(r5, r1);
        TVector sum = TLanes.Add(r0, r4), difference = TLanes.Subtract(r0, r4);
        Half(
            TLanes.Low16(sum, sum), TLanes.Low16(difference, difference), TLanes.Low16(r2, r6),
            TLanes.Low16(s73, s51), TLanes.Low16(r7, r1), TLanes.Low16(r5, r3), shift,
            out TVector l0, out TVector l1, out TVector l2, out TVector l3, out TVector l4, out TVector l5, out TVector l6, out TVector l7);
        Half(
            TLanes.High16(sum, sum), TLanes.High16(difference, difference), TLanes.High16(r2, r6),
            TLanes.High16(s73, s51), TLanes.High16(r7, r1), TLanes.High16(r5, r3), shift,
            out TVector h0, out TVector h1, out TVector h2, out TVector h3, out TVector h4, out TVector h5, out TVector h6, out TVector h7);
        r0 = TLanes.Pack32(l0, h0);
        r1 = TLanes.Pack32(l1, h1);
        r2 = TLanes.Pack32(l2, h2);
        r3 = TLanes.Pack32(l3, h3);
        r4 = TLanes.Pack32(l4, h4);
        r5 = TLanes.Pack32(l5, h5);
        r6 = TLanes.Pack32(l6, h6);
        r7 = TLanes.Pack32(l7, h7);
    }

    /// <summary>Half of each lane, in 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Half(
        TVector sum, TVector difference, TVector p26, TVector s7351, TVector p71, TVector p53, int shift,
        out TVector o0, out TVector o1, out TVector o2, out TVector o3, out TVector o4, out TVector o5, out TVector o6, out TVector o7)
    {
        // The word times 2^13, in 32 bits.
        TVector round = TLanes.Create32(1 << (shift - 1));
        TVector t0 = TLanes.Add32(TLanes.MultiplyAdd(sum, Pair(1 << Bits, 0)), round), t1 = TLanes.Add32(TLanes.MultiplyAdd(difference, Pair(1 << Bits, 0)), round);
        TVector t2 = TLanes.MultiplyAdd(p26, Pair(Even2A, Even2B)), t3 = TLanes.MultiplyAdd(p26, Pair(Even3A, Even3B));
        TVector even0 = TLanes.Add32(t0, t3), even3 = TLanes.Subtract32(t0, t3), even1 = TLanes.Add32(t1, t2), even2 = TLanes.Subtract32(t1, t2);

        TVector z3 = TLanes.MultiplyAdd(s7351, Pair(Odd3A, Odd3B)), z4 = TLanes.MultiplyAdd(s7351, Pair(Odd4A, Odd4B));
        TVector odd3 = TLanes.Add32(TLanes.MultiplyAdd(p71, Pair(Odd0A, Odd0B)), z3), odd0 = TLanes.Add32(TLanes.MultiplyAdd(p71, Pair(Odd1A, Odd1B)), z4);
        TVector odd2 = TLanes.Add32(TLanes.MultiplyAdd(p53, Pair(Odd5A, Odd5B)), z4), odd1 = TLanes.Add32(TLanes.MultiplyAdd(p53, Pair(Odd7A, Odd7B)), z3);

        o0 = TLanes.ShiftRight32(TLanes.Add32(even0, odd0), shift);
        o7 = TLanes.ShiftRight32(TLanes.Subtract32(even0, odd0), shift);
        o1 = TLanes.ShiftRight32(TLanes.Add32(even1, odd1), shift);
        o6 = TLanes.ShiftRight32(TLanes.Subtract32(even1, odd1), shift);
        o2 = TLanes.ShiftRight32(TLanes.Add32(even2, odd2), shift);
        o5 = TLanes.ShiftRight32(TLanes.Subtract32(even2, odd2), shift);
        o3 = TLanes.ShiftRight32(TLanes.Add32(even3, odd3), shift);
        o4 = TLanes.ShiftRight32(TLanes.Subtract32(even3, odd3), shift);
    }

    /// <summary>Rows to columns, in each lane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        ref TVector r0, ref TVector r1, ref TVector r2, ref TVector r3, ref TVector r4, ref TVector r5, ref TVector r6, ref TVector r7)
    {
        TVector a0 = TLanes.Low16(r0, r1), a1 = TLanes.High16(r0, r1), a2 = TLanes.Low16(r2, r3), a3 = TLanes.High16(r2, r3);
        TVector a4 = TLanes.Low16(r4, r5), a5 = TLanes.High16(r4, r5), a6 = TLanes.Low16(r6, r7), a7 = TLanes.High16(r6, r7);
        TVector b0 = TLanes.Low32(a0, a2), b1 = TLanes.High32(a0, a2), b2 = TLanes.Low32(a1, a3), b3 = TLanes.High32(a1, a3);
        TVector b4 = TLanes.Low32(a4, a6), b5 = TLanes.High32(a4, a6), b6 = TLanes.Low32(a5, a7), b7 = TLanes.High32(a5, a7);
        r0 = TLanes.Low64(b0, b4);
        r1 = TLanes.High64(b0, b4);
        r2 = TLanes.Low64(b1, b5);
        r3 = TLanes.High64(b1, b5);
        r4 = TLanes.Low64(b2, b6);
        r5 = TLanes.High64(b2, b6);
        r6 = TLanes.Low64(b3, b7);
        r7 = TLanes.High64(b3, b7);
    }

    /// <summary>Columns of words to rows of bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreColumns(
        TVector c0, TVector c1, TVector c2, TVector c3, TVector c4, TVector c5, TVector c6, TVector c7, byte* target, int stride)
    {
        TVector a = TLanes.Pack(c0, c4), b = TLanes.Pack(c1, c5), c = TLanes.Pack(c2, c6), d = TLanes.Pack(c3, c7);
        TVector t0 = TLanes.Low8(a, b), t1 = TLanes.High8(a, b), t2 = TLanes.Low8(c, d), t3 = TLanes.High8(c, d);
        TVector u0 = TLanes.Low16(t0, t2), u1 = TLanes.High16(t0, t2), u2 = TLanes.Low16(t1, t3), u3 = TLanes.High16(t1, t3);
        TVector middle = TLanes.Create(unchecked((short)0x8080));
        TLanes.StoreRows(TLanes.Xor(TLanes.Low32(u0, u2), middle), target, target + stride);
        TLanes.StoreRows(TLanes.Xor(TLanes.High32(u0, u2), middle), target + (2 * stride), target + (3 * stride));
        TLanes.StoreRows(TLanes.Xor(TLanes.Low32(u1, u3), middle), target + (4 * stride), target + (5 * stride));
        TLanes.StoreRows(TLanes.Xor(TLanes.High32(u1, u3), middle), target + (6 * stride), target + (7 * stride));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Pair(short a, short b) => TLanes.Create32((ushort)a | (b << 16));
}
