using System.Runtime.CompilerServices;

namespace StreamTrainer.Pipeline.Transforms.Operations.Kernels;

/// <summary>Pillow's two interpolations of neighbouring values that are whole numbers (bytes): see <see cref="AffineReference"/>.</summary>
internal static class CubicLanes
{
    /// <summary>v1 + (v2 - v1) d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Linear<TLanes, TVector>(TVector v1, TVector v2, TVector d)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct => TLanes.AddDoubles(v1, TLanes.MultiplyDoubles(TLanes.SubtractDoubles(v2, v1), d));

    /// <summary>p1 + d (p2 + d (p3 + d p4)); of whole numbers the sums p are exact in any order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Cubic<TLanes, TVector>(TVector v1, TVector v2, TVector v3, TVector v4, TVector d)
        where TLanes : IDoubleLanes<TVector>
        where TVector : struct
    {
        TVector change = TLanes.SubtractDoubles(v1, v2);
        TVector p2 = TLanes.SubtractDoubles(v3, v1);
        TVector beyond = TLanes.SubtractDoubles(v3, v4);
        TVector p3 = TLanes.AddDoubles(TLanes.AddDoubles(change, change), beyond);
        TVector p4 = TLanes.SubtractDoubles(TLanes.AllDoubles(0), TLanes.AddDoubles(change, beyond));
        TVector inner = TLanes.AddDoubles(p3, TLanes.MultiplyDoubles(d, p4));
        inner = TLanes.AddDoubles(p2, TLanes.MultiplyDoubles(d, inner));
        return TLanes.AddDoubles(v2, TLanes.MultiplyDoubles(d, inner));
    }
}
