using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector512<short>;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>Four lanes: AVX-512 with BW and VBMI.</summary>
internal readonly unsafe struct Lanes512 : ILanes<Vector>
{
    /// <inheritdoc/>
    public static int Words => 32;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadRows(short* row) => Vector512.Create(
            Vector256.Create(Vector128.Load(row), Vector128.Load(row + 64)), Vector256.Create(Vector128.Load(row + 128), Vector128.Load(row + 192)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Repeat(short* words) => Avx512F.BroadcastVector128ToVector512((int*)words).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Load(short* words) => Vector512.Load(words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadBytes(byte* bytes) => Avx512BW.ConvertToVector512Int16(Vector256.Load(bytes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector words, short* target) => words.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector words, byte* target) => Avx512BW.ConvertToVector256Byte(words).Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(Vector bytes, byte* first, byte* second)
    {
        Vector512<long> rows = Avx512F.PermuteVar8x64(bytes.AsInt64(), Vector512.Create(0L, 2, 4, 6, 1, 3, 5, 7));
        rows.GetLower().AsByte().Store(first);
        rows.GetUpper().AsByte().Store(second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRgb(Vector red, Vector green, Vector blue, byte* target)
    {
        Vector512<byte> both = Avx512BW.PackUnsignedSaturate(red, green), alone = Avx512BW.PackUnsignedSaturate(blue, blue);
        Avx512Vbmi.PermuteVar64x8x2(both, RgbOrder.First64, alone).Store(target);
        Avx512Vbmi.PermuteVar64x8x2(both, RgbOrder.Last32, alone).GetLower().Store(target + 64);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create(short word) => Vector512.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create32(int value) => Vector512.Create(value).AsInt16();

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
    public static Vector MultiplyRounded(Vector a, Vector b) => Avx512BW.MultiplyHighRoundScale(a, b);

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
    public static Vector MultiplyAdd(Vector a, Vector b) => Avx512BW.MultiplyAddAdjacent(a, b).AsInt16();

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
    public static Vector Pack32(Vector a, Vector b) => Avx512BW.PackSignedSaturate(a.AsInt32(), b.AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Pack(Vector a, Vector b) => Avx512BW.PackSignedSaturate(a, b).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low8(Vector a, Vector b) => Avx512BW.UnpackLow(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High8(Vector a, Vector b) => Avx512BW.UnpackHigh(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low16(Vector a, Vector b) => Avx512BW.UnpackLow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High16(Vector a, Vector b) => Avx512BW.UnpackHigh(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low32(Vector a, Vector b) => Avx512F.UnpackLow(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High32(Vector a, Vector b) => Avx512F.UnpackHigh(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low64(Vector a, Vector b) => Avx512F.UnpackLow(a.AsInt64(), b.AsInt64()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High64(Vector a, Vector b) => Avx512F.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt16();
}
