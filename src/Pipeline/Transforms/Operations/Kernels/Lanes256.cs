using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Vectors of <see cref="VectorLevel.Vector256"/>.</summary>
internal unsafe struct Lanes256 :
    IByteLanes<Vector256<byte>>, IWordLanes<Vector256<ushort>>, IFloatLanes<Vector256<float>>, IDoubleLanes<Vector256<double>>
{
    public static int Bytes => 32;

    public static int Words => 16;

    public static int Floats => 8;

    public static int Doubles => 4;

    public static Vector256<byte> Load(byte* from) => Vector256.Load(from);

    public static void Store(Vector256<byte> value, byte* to) => value.Store(to);

    public static Vector256<byte> Min(Vector256<byte> a, Vector256<byte> b) => Vector256.Min(a, b);

    public static Vector256<byte> Max(Vector256<byte> a, Vector256<byte> b) => Vector256.Max(a, b);

    public static Vector256<ushort> AllWords(ushort value) => Vector256.Create(value);

    public static Vector256<ushort> LoadWords(ushort* from) => Vector256.Load(from);

    public static Vector256<ushort> WordsOfBytes(byte* from) => Avx2.ConvertToVector256Int16(Vector128.Load(from)).AsUInt16();

    public static void StoreWords(Vector256<ushort> value, ushort* to) => value.Store(to);

    public static void StoreWordsAsBytes(Vector256<ushort> value, byte* to) =>
        Sse2.PackUnsignedSaturate(value.GetLower().AsInt16(), value.GetUpper().AsInt16()).Store(to);

    public static Vector256<ushort> AddWords(Vector256<ushort> a, Vector256<ushort> b) => a + b;

    public static Vector256<ushort> MultiplyHigh(Vector256<ushort> a, Vector256<ushort> b) => Avx2.MultiplyHigh(a, b);

    public static Vector256<float> AllFloats(float value) => Vector256.Create(value);

    public static Vector256<float> FloatsOfBytes(byte* from) =>
        Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()));

    public static Vector256<float> AddFloats(Vector256<float> a, Vector256<float> b) => Avx.Add(a, b);

    public static Vector256<float> SubtractFloats(Vector256<float> a, Vector256<float> b) => Avx.Subtract(a, b);

    public static Vector256<float> MultiplyFloats(Vector256<float> a, Vector256<float> b) => Avx.Multiply(a, b);

    public static void StoreFloatsAsBytes(Vector256<float> value, byte* to)
    {
        Vector256<int> whole = Avx.ConvertToVector256Int32WithTruncation(Avx.Min(Avx.Max(value, Vector256<float>.Zero), Vector256.Create(255f)));
        Vector128<short> words = Sse2.PackSignedSaturate(whole.GetLower(), whole.GetUpper());
        *(ulong*)to = Sse2.PackUnsignedSaturate(words, words).AsUInt64().ToScalar();
    }

    public static Vector256<double> AllDoubles(double value) => Vector256.Create(value);

    public static Vector256<double> LoadDoubles(double* from) => Vector256.Load(from);

    public static Vector256<double> DoublesOfBytes(byte* from) =>
        Avx.ConvertToVector256Double(Sse41.ConvertToVector128Int32(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte()));

    public static Vector256<double> AddDoubles(Vector256<double> a, Vector256<double> b) => Avx.Add(a, b);

    public static Vector256<double> SubtractDoubles(Vector256<double> a, Vector256<double> b) => Avx.Subtract(a, b);

    public static Vector256<double> MultiplyDoubles(Vector256<double> a, Vector256<double> b) => Avx.Multiply(a, b);

    public static Vector256<double> FloorDoubles(Vector256<double> a) => Vector256.Floor(a);

    public static void StoreDoubles(Vector256<double> value, double* to) => value.Store(to);

    public static void StoreDoublesAsInts(Vector256<double> value, int* to) => Avx.ConvertToVector128Int32WithTruncation(value).Store(to);

    public static void StoreDoublesAsBytes(Vector256<double> value, byte* to)
    {
        Vector256<double> inside = Avx.Min(Avx.Max(value, Vector256<double>.Zero), Vector256.Create(255.0));
        Vector128<byte> whole = Avx.ConvertToVector128Int32WithTruncation(inside).AsByte();
        *(uint*)to = Ssse3.Shuffle(whole, Vector128.Create(0x0C080400u, 0, 0, 0).AsByte()).AsUInt32().ToScalar();
    }
}
