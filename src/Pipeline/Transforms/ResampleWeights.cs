using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace StreamTrainer.Pipeline.Transforms;

/// <summary>Weights of four output pixels at once, in double as the reference has them: each lane does the same operations in the
/// same order, so the weights are the same. Of the filters that need neither sine nor cosine. AVX2.</summary>
internal static unsafe class ResampleWeights
{
    private const int Lanes = 4;

    /// <summary>Whether a filter can be computed here.</summary>
    public static bool Has(Interpolation filter) => filter is Interpolation.Bilinear or Interpolation.Bicubic or Interpolation.Box;

    /// <summary>Fills in a table's weights; those behind an output pixel's last tap become zero.</summary>
    /// <param name="axis">The direction.</param>
    /// <param name="first">The first output pixel.</param>
    /// <param name="table">Has the bounds.</param>
    /// <param name="mirrored">Whether its order is the other way round.</param>
    /// <param name="values">Room for four numbers a tap.</param>
    public static void Fill(in ResampleAxis axis, int first, ResampleTable table, bool mirrored, double* values)
    {
        switch (axis.Filter)
        {
            case Interpolation.Bilinear:
                Fill<Triangle>(axis, first, table, mirrored, values);
                break;
            case Interpolation.Bicubic:
                Fill<Cubic>(axis, first, table, mirrored, values);
                break;
            default:
                Fill<Box>(axis, first, table, mirrored, values);
                break;
        }
    }

    private static void Fill<TFilter>(in ResampleAxis axis, int first, ResampleTable table, bool mirrored, double* values)
        where TFilter : struct, IFilter
    {
        Vector256<double> half = Vector256.Create(0.5), from = Vector256.Create((double)axis.From), scale = Vector256.Create(axis.Scale);
        Vector256<double> shrink = Vector256.Create(1.0 / axis.Widened), one = Vector256.Create((double)(1 << ResampleTable.Precision));
        Vector256<double> sign = Vector256.Create(-0.0), order = Vector256.Create(0.0, 1, 2, 3), last = Vector256.Create((double)(table.Count - 1));
        int most = table.MostTaps;
        for (int i = 0; i < table.Count; i += Lanes)
        {
            Vector256<double> index = Vector256.Create((double)i) + order;
            Vector256<double> position = Vector256.Create((double)first) + (mirrored ? last - index : index);
            Vector256<double> center = from + (position + half) * scale;
            Vector256<double> start = Avx.ConvertToVector256Double(Vector128.Load(table.Starts + i));
            Vector256<double> taps = Avx.ConvertToVector256Double(Vector128.Load(table.Taps + i));
            Vector256<double> sum = default, tap = default;
            for (int t = 0; t < most; t++, tap += Vector256<double>.One)
            {
                // What lies behind the last tap adds zero to a sum, which leaves it as it is.
                Vector256<double> value = TFilter.Value((tap + start - center + half) * shrink) & Vector256.LessThan(tap, taps);
                value.Store(values + Lanes * t);
                sum += value;
            }

            Vector256<double> divisor = Vector256.ConditionalSelect(Vector256.Equals(sum, Vector256<double>.Zero), Vector256<double>.One, sum);
            for (int t = 0; t < most; t++)
            {
                Vector256<double> weight = Vector256.Load(values + Lanes * t) / divisor;
                Avx.ConvertToVector128Int32WithTruncation((half | (weight & sign)) + weight * one).Store(table.Weights(t) + i);
            }
        }
    }

    private interface IFilter
    {
        static abstract Vector256<double> Value(Vector256<double> x);
    }

    private readonly struct Triangle : IFilter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> Value(Vector256<double> x)
        {
            Vector256<double> one = Vector256<double>.One, distance = Vector256.Abs(x);
            return (one - distance) & Vector256.LessThan(distance, one);
        }
    }

    private readonly struct Cubic : IFilter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> Value(Vector256<double> x)
        {
            const double A = -0.5;
            Vector256<double> one = Vector256<double>.One, two = Vector256.Create(2.0), d = Vector256.Abs(x);
            Vector256<double> near = (Vector256.Create(A + 2.0) * d - Vector256.Create(A + 3.0)) * d * d + one;
            Vector256<double> far = (((d - Vector256.Create(5.0)) * d + Vector256.Create(8.0)) * d - Vector256.Create(4.0)) * Vector256.Create(A);
            return Vector256.ConditionalSelect(Vector256.LessThan(d, one), near, far & Vector256.LessThan(d, two));
        }
    }

    private readonly struct Box : IFilter
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> Value(Vector256<double> x)
        {
            Vector256<double> half = Vector256.Create(0.5);
            return Vector256<double>.One & Vector256.GreaterThan(x, -half) & Vector256.LessThanOrEqual(x, half);
        }
    }
}
