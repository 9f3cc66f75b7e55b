using System.Runtime.Intrinsics;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>
/// Pillow's blend of an image with its degenerate form (its <c>Blend.c</c>): d + f (v - d) in single precision, each operation rounded,
/// clamped to 0..255, the fraction cut off.
/// </summary>
internal static unsafe class Blend
{
    /// <summary>The blend of one value: the reference.</summary>
    public static byte One(int degenerate, int value, float factor)
    {
        float blended = degenerate + factor * (value - degenerate);
        return blended <= 0f ? (byte)0 : blended >= 255f ? (byte)255 : (byte)blended;
    }

    /// <summary>Blends <paramref name="count"/> bytes; the target may be the values' own place.</summary>
    public static void Run(VectorLevel level, byte* degenerate, byte* values, byte* target, int count, float factor)
    {
        int done = level switch
        {
            VectorLevel.Vector512 => Vectors<Lanes512, Vector512<float>>(degenerate, values, target, count, factor),
            VectorLevel.Vector256 => Vectors<Lanes256, Vector256<float>>(degenerate, values, target, count, factor),
            VectorLevel.Vector128 => Vectors<Lanes128, Vector128<float>>(degenerate, values, target, count, factor),
            _ => 0,
        };
        for (; done < count; done++)
        {
            target[done] = One(degenerate[done], values[done], factor);
        }
    }

    private static int Vectors<TLanes, TVector>(byte* degenerate, byte* values, byte* target, int count, float factor)
        where TLanes : IFloatLanes<TVector>
        where TVector : struct
    {
        TVector factors = TLanes.AllFloats(factor);
        int i = 0;
        for (; i <= count - TLanes.Floats; i += TLanes.Floats)
        {
            TVector d = TLanes.FloatsOfBytes(degenerate + i);
            TVector change = TLanes.MultiplyFloats(factors, TLanes.SubtractFloats(TLanes.FloatsOfBytes(values + i), d));
            TLanes.StoreFloatsAsBytes(TLanes.AddFloats(d, change), target + i);
        }

        return i;
    }
}
