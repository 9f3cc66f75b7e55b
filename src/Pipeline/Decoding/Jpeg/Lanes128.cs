using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector128<short>;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>One lane: SSE4.2, or NEON.</summary>
internal readonly unsafe struct Lanes128 : ILanes<Vector>
{
    /// <inheritdoc/>
    public static int Words => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadRows(short* row) => Vector128.Load(row);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Repeat(short* words) => Vector128.Load(words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Load(short* words) => Vector128.Load(words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadBytes(byte* bytes) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(bytes)).AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector words, short* target) => words.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector words, byte* target) => Unsafe.WriteUnaligned(target, Unsigned(words, words).AsUInt64().ToScalar());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(Vector bytes, byte* first, byte* second)
    {
        Unsafe.WriteUnaligned(first, bytes.AsUInt64().ToScalar());
        Unsafe.WriteUnaligned(second, bytes.AsUInt64().GetElement(1));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRgb(Vector red, Vector green, Vector blue, byte* target)
    {
        Vector128<byte> both = Unsigned(red, green), alone = Unsigned(blue, blue);
        // Indices beyond the vector give zero.
        (Vector128.Shuffle(both, RgbOrder.Both) | Vector128.Shuffle(alone, RgbOrder.Blue)).Store(target);
        (Vector128.Shuffle(both, RgbOrder.BothRest) | Vector128.Shuffle(alone, RgbOrder.BlueRest)).GetLower().Store(target + 16);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create(short word) => Vector128.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create32(int value) => Vector128.Create(value).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Any(Vector words, Vector mask) => (words & mask) != Vector.Zero;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Add(Vector a, Vector b) => a + b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Subtract(Vector a, Vector b) => a - b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Multiply(Vector a, Vector b) => a * b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector MultiplyRounded(Vector a, Vector b) =>
        Ssse3.IsSupported ? Ssse3.MultiplyHighRoundScale(a, b) : AdvSimd.MultiplyRoundedDoublingSaturateHigh(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Or(Vector a, Vector b) => a | b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Xor(Vector a, Vector b) => a ^ b;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector ShiftLeft(Vector a, int bits) => a << bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector ShiftRight(Vector a, int bits) => a >>> bits;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector MultiplyAdd(Vector a, Vector b)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(a, b).AsInt16();
        }

        Vector128<int> low = AdvSimd.MultiplyWideningLower(a.GetLower(), b.GetLower()), high = AdvSimd.MultiplyWideningUpper(a, b);
        return AdvSimd.Arm64.AddPairwise(low, high).AsInt16();
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Add32(Vector a, Vector b) => (a.AsInt32() + b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Subtract32(Vector a, Vector b) => (a.AsInt32() - b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector ShiftRight32(Vector a, int bits) => (a.AsInt32() >> bits).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Pack32(Vector a, Vector b) => Vector128.NarrowWithSaturation(a.AsInt32(), b.AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Pack(Vector a, Vector b) => Vector128.NarrowWithSaturation(a, b).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low8(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.UnpackLow(a.AsByte(), b.AsByte()).AsInt16() : AdvSimd.Arm64.ZipLow(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High8(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.UnpackHigh(a.AsByte(), b.AsByte()).AsInt16() : AdvSimd.Arm64.ZipHigh(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low16(Vector a, Vector b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High16(Vector a, Vector b) => Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low32(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.UnpackLow(a.AsInt32(), b.AsInt32()).AsInt16() : AdvSimd.Arm64.ZipLow(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High32(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.UnpackHigh(a.AsInt32(), b.AsInt32()).AsInt16() : AdvSimd.Arm64.ZipHigh(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low64(Vector a, Vector b) => Vector128.Create(a.GetLower(), b.GetLower());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High64(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt16() : Vector128.Create(a.GetUpper(), b.GetUpper());

    /// <summary>Words of a, then b, cut to bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Unsigned(Vector a, Vector b) => Sse2.IsSupported
        ? Sse2.PackUnsignedSaturate(a, b)
        : AdvSimd.ExtractNarrowingSaturateUnsignedUpper(AdvSimd.ExtractNarrowingSaturateUnsignedLower(a), b);
}
