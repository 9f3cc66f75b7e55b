using System.Numerics;
using System.Runtime.CompilerServices;

namespace StreamTrainer.Model.State;

/// <summary>Sums of squares in double: fp32 squares of 25 million gradients neither overflow nor lose digits there.</summary>
internal static unsafe class SquareKernel
{
    /// <summary>The sum over a stretch whose length is a multiple of <see cref="FlatState.Alignment"/>.</summary>
    public static double Sum<T>(T* values, long count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector.IsHardwareAccelerated)
        {
            return SumScalar(values, count);
        }

        Vector<double> low = default, high = default;
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Add(Vector.Load(values + i), ref low, ref high);
        }

        return Vector.Sum(low + high);
    }

    /// <summary>The same, an element at a time: the reference.</summary>
    public static double SumScalar<T>(T* values, long count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (long i = 0; i < count; i++)
        {
            double value = double.CreateTruncating(values[i]);
            sum += value * value;
        }

        return sum;
    }

    /// <summary>Adds the squares of a vector's elements to two vectors of sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add<T>(Vector<T> values, ref Vector<double> low, ref Vector<double> high)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (typeof(T) == typeof(float))
        {
            Vector.Widen(Vector.As<T, float>(values), out Vector<double> first, out Vector<double> second);
            low += first * first;
            high += second * second;
        }
        else
        {
            Vector<double> wide = Vector.As<T, double>(values);
            low += wide * wide;
        }
    }
}
