using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Vectors of <see cref="VectorLevel.Vector128"/>: of any processor that has such.</summary>
internal unsafe struct Lanes128 :
    IByteLanes<Vector128<byte>>, IWordLanes<Vector128<ushort>>, IFloatLanes<Vector128<float>>, IDoubleLanes<Vector128<double>>
{
    public static int Bytes => 16;

    public static int Words => 8;

    public static int Floats => 4;

    public static int Doubles => 2;

    public static Vector128<byte> Load(byte* from) => Vector128.Load(from);

    public static void Store(Vector128<byte> value, byte* to) => value.Store(to);

    public static Vector128<byte> Min(Vector128<byte> a, Vector128<byte> b) => Vector128.Min(a, b);

    public static Vector128<byte> Max(Vector128<byte> a, Vector128<byte> b) => Vector128.Max(a, b);

    public static Vector128<ushort> AllWords(ushort value) => Vector128.Create(value);

    public static Vector128<ushort> LoadWords(ushort* from) => Vector128.Load(from);

    public static Vector128<ushort> WordsOfBytes(byte* from) => Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)from).AsByte());

    public static void StoreWords(Vector128<ushort> value, ushort* to) => value.Store(to);

    public static void StoreWordsAsBytes(Vector128<ushort> value, byte* to) => *(ulong*)to = Vector128.Narrow(value, value).AsUInt64().ToScalar();

    public static Vector128<ushort> AddWords(Vector128<ushort> a, Vector128<ushort> b) => a + b;

    public static Vector128<ushort> MultiplyHigh(Vector128<ushort> a, Vector128<ushort> b)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyHigh(a, b);
        }

        (Vector128<uint> a0, Vector128<uint> a1) = Vector128.Widen(a);
        (Vector128<uint> b0, Vector128<uint> b1) = Vector128.Widen(b);
        return Vector128.Narrow((a0 * b0) >>> 16, (a1 * b1) >>> 16);
    }

    public static Vector128<float> AllFloats(float value) => Vector128.Create(value);

    public static Vector128<float> FloatsOfBytes(byte* from) =>
        Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)from).AsByte())).AsInt32());

    public static Vector128<float> AddFloats(Vector128<float> a, Vector128<float> b) => a + b;

    public static Vector128<float> SubtractFloats(Vector128<float> a, Vector128<float> b) => a - b;

    public static Vector128<float> MultiplyFloats(Vector128<float> a, Vector128<float> b) => a * b;

    public static void StoreFloatsAsBytes(Vector128<float> value, byte* to)
    {
        Vector128<float> inside = Vector128.Min(Vector128.Max(value, Vector128<float>.Zero), Vector128.Create(255f));
        Vector128<ushort> words = Vector128.Narrow(Vector128.ConvertToInt32Native(inside), default).AsUInt16();
        *(uint*)to = Vector128.Narrow(words, words).AsUInt32().ToScalar();
    }

    public static Vector128<double> AllDoubles(double value) => Vector128.Create(value);

    public static Vector128<double> LoadDoubles(double* from) => Vector128.Load(from);

    public static Vector128<double> DoublesOfBytes(byte* from) => Vector128.Create((double)from[0], from[1]);

    public static Vector128<double> AddDoubles(Vector128<double> a, Vector128<double> b) => a + b;

    public static Vector128<double> SubtractDoubles(Vector128<double> a, Vector128<double> b) => a - b;

    public static Vector128<double> MultiplyDoubles(Vector128<double> a, Vector128<double> b) => a * b;

    public static Vector128<double> FloorDoubles(Vector128<double> a) => Vector128.Floor(a);

    public static void StoreDoubles(Vector128<double> value, double* to) => value.Store(to);

    public static void StoreDoublesAsInts(Vector128<double> value, int* to)
    {
        to[0] = (int)value.GetElement(0);
        to[1] = (int)value.GetElement(1);
    }

    public static void StoreDoublesAsBytes(Vector128<double> value, byte* to)
    {
        Vector128<double> inside = Vector128.Min(Vector128.Max(value, Vector128<double>.Zero), Vector128.Create(255.0));
        to[0] = (byte)(int)inside.GetElement(0);
        to[1] = (byte)(int)inside.GetElement(1);
    }
}
