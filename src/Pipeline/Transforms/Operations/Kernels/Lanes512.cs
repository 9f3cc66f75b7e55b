using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Vectors of <see cref="VectorLevel.Vector512"/>.</summary>
internal unsafe struct Lanes512 :
    IByteLanes<Vector512<byte>>, IWordLanes<Vector512<ushort>>, IFloatLanes<Vector512<float>>, IDoubleLanes<Vector512<double>>
{
    public static int Bytes => 64;

    public static int Words => 32;

    public static int Floats => 16;

    public static int Doubles => 8;

    public static Vector512<byte> Load(byte* from) => Vector512.Load(from);

    public static void Store(Vector512<byte> value, byte* to) => value.Store(to);

    public static Vector512<byte> Min(Vector512<byte> a, Vector512<byte> b) => Vector512.Min(a, b);

    public static Vector512<byte> Max(Vector512<byte> a, Vector512<byte> b) => Vector512.Max(a, b);

    public static Vector512<ushort> AllWords(ushort value) => Vector512.Create(value);

    public static Vector512<ushort> LoadWords(ushort* from) => Vector512.Load(from);

    public static Vector512<ushort> WordsOfBytes(byte* from) => Avx512BW.ConvertToVector512UInt16(Vector256.Load(from));

    public static void StoreWords(Vector512<ushort> value, ushort* to) => value.Store(to);

    public static void StoreWordsAsBytes(Vector512<ushort> value, byte* to) => Avx512BW.ConvertToVector256Byte(value).Store(to);

    public static Vector512<ushort> AddWords(Vector512<ushort> a, Vector512<ushort> b) => a + b;

    public static Vector512<ushort> MultiplyHigh(Vector512<ushort> a, Vector512<ushort> b) => Avx512BW.MultiplyHigh(a, b);

    public static Vector512<float> AllFloats(float value) => Vector512.Create(value);

    public static Vector512<float> FloatsOfBytes(byte* from) => Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(from)));

    public static Vector512<float> AddFloats(Vector512<float> a, Vector512<float> b) => Avx512F.Add(a, b);

    public static Vector512<float> SubtractFloats(Vector512<float> a, Vector512<float> b) => Avx512F.Subtract(a, b);

    public static Vector512<float> MultiplyFloats(Vector512<float> a, Vector512<float> b) => Avx512F.Multiply(a, b);

    public static void StoreFloatsAsBytes(Vector512<float> value, byte* to)
    {
        Vector512<float> inside = Avx512F.Min(Avx512F.Max(value, Vector512<float>.Zero), Vector512.Create(255f));
        Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32WithTruncation(inside)).Store(to);
    }

    public static Vector512<double> AllDoubles(double value) => Vector512.Create(value);

    public static Vector512<double> LoadDoubles(double* from) => Vector512.Load(from);

    public static Vector512<double> DoublesOfBytes(byte* from) =>
        Avx512F.ConvertToVector512Double(Avx2.ConvertToVector256Int32(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte()));

    public static Vector512<double> AddDoubles(Vector512<double> a, Vector512<double> b) => Avx512F.Add(a, b);

    public static Vector512<double> SubtractDoubles(Vector512<double> a, Vector512<double> b) => Avx512F.Subtract(a, b);

    public static Vector512<double> MultiplyDoubles(Vector512<double> a, Vector512<double> b) => Avx512F.Multiply(a, b);

    public static Vector512<double> FloorDoubles(Vector512<double> a) => Vector512.Floor(a);

    public static void StoreDoubles(Vector512<double> value, double* to) => value.Store(to);

    public static void StoreDoublesAsInts(Vector512<double> value, int* to) => Avx512F.ConvertToVector256Int32WithTruncation(value).Store(to);

    public static void StoreDoublesAsBytes(Vector512<double> value, byte* to)
    {
        Vector512<double> inside = Avx512F.Min(Avx512F.Max(value, Vector512<double>.Zero), Vector512.Create(255.0));
        *(ulong*)to = Avx512F.VL.ConvertToVector128Byte(Avx512F.ConvertToVector256Int32WithTruncation(inside)).AsUInt64().ToScalar();
    }
}
