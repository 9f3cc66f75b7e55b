using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vector = System.Runtime.Intrinsics.Vector256<short>;

namespace StreamTrainer.Pipeline.Decoding.Jpeg;

/// <summary>Two lanes: AVX2.</summary>
internal readonly unsafe struct Lanes256 : ILanes<Vector>
{
    /// <inheritdoc/>
    public static int Words => 16;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadRows(short* row) => Vector256.Create(Vector128.Load(row), Vector128.Load(row + 64));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Repeat(short* words) => Avx2.BroadcastVector128ToVector256(words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Load(short* words) => Vector256.Load(words);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector LoadBytes(byte* bytes) => Avx2.ConvertToVector256Int16(Vector128.Load(bytes));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector words, short* target) => words.Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Vector words, byte* target) => Vector128.Narrow(words.GetLower().AsUInt16(), words.GetUpper().AsUInt16()).Store(target);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRows(Vector bytes, byte* first, byte* second)
    {
        Vector256<long> rows = Avx2.Permute4x64(bytes.AsInt64(), 0b11_01_10_00);
        rows.GetLower().AsByte().Store(first);
        rows.GetUpper().AsByte().Store(second);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRgb(Vector red, Vector green, Vector blue, byte* target)
    {
        Vector256<byte> both = Avx2.PackUnsignedSaturate(red, green), alone = Avx2.PackUnsignedSaturate(blue, blue);
        // A lane is eight pixels, 24 bytes: 16 and 8.
        Vector256<byte> most = Avx2.Shuffle(both, Repeat(RgbOrder.Both)) | Avx2.Shuffle(alone, Repeat(RgbOrder.Blue));
        Vector256<byte> rest = Avx2.Shuffle(both, Repeat(RgbOrder.BothRest)) | Avx2.Shuffle(alone, Repeat(RgbOrder.BlueRest));
        most.GetLower().Store(target);
        rest.GetLower().GetLower().Store(target + 16);
        most.GetUpper().Store(target + 24);
        rest.GetUpper().GetLower().Store(target + 40);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create(short word) => Vector256.Create(word);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Create32(int value) => Vector256.Create(value).AsInt16();

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
    public static Vector MultiplyRounded(Vector a, Vector b) => Avx2.MultiplyHighRoundScale(a, b);

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
    public static Vector MultiplyAdd(Vector a, Vector b) => Avx2.MultiplyAddAdjacent(a, b).AsInt16();

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
    public static Vector Pack32(Vector a, Vector b) => Avx2.PackSignedSaturate(a.AsInt32(), b.AsInt32());

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Pack(Vector a, Vector b) => Avx2.PackSignedSaturate(a, b).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low8(Vector a, Vector b) => Avx2.UnpackLow(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High8(Vector a, Vector b) => Avx2.UnpackHigh(a.AsByte(), b.AsByte()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low16(Vector a, Vector b) => Avx2.UnpackLow(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High16(Vector a, Vector b) => Avx2.UnpackHigh(a, b);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low32(Vector a, Vector b) => Avx2.UnpackLow(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High32(Vector a, Vector b) => Avx2.UnpackHigh(a.AsInt32(), b.AsInt32()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector Low64(Vector a, Vector b) => Avx2.UnpackLow(a.AsInt64(), b.AsInt64()).AsInt16();

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector High64(Vector a, Vector b) => Avx2.UnpackHigh(a.AsInt64(), b.AsInt64()).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Repeat(Vector128<byte> order) => Vector256.Create(order, order);
}
