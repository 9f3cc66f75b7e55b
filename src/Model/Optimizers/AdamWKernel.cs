using System.Numerics;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// AdamW on a block: p *= keep; m and v move; p -= step m / (sqrt(v) / sqrt(c2) + eps), where keep = 1 - rate decay and
/// step = rate / c1. No multiply and add is fused, so vectors of any width give the bits of the scalar reference.
/// </summary>
internal static unsafe class AdamWKernel
{
    /// <summary>One step; the length is a multiple of <see cref="State.FlatState.Alignment"/>.</summary>
    public static void Step<T>(T* values, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T keep, T step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector.IsHardwareAccelerated)
        {
            StepScalar(values, gradients, first, second, count, n, keep, step);
            return;
        }

        Vector<T> beta1 = new(n.Beta1), rest1 = new(n.Rest1), beta2 = new(n.Beta2), rest2 = new(n.Rest2);
        Vector<T> eps = new(n.Eps), root = new(n.UnbiasRoot2), keeps = new(keep), steps = new(step);
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<T> g = Vector.Load(gradients + i);
            Vector<T> m = Vector.Load(first + i) * beta1 + g * rest1;
            Vector<T> v = Vector.Load(second + i) * beta2 + g * g * rest2;
            m.Store(first + i);
            v.Store(second + i);
            Vector<T> update = m / (Vector.SquareRoot(v) * root + eps);
            (Vector.Load(values + i) * keeps - update * steps).Store(values + i);
        }
    }

    /// <summary>The same, an element at a time: the reference.</summary>
    public static void StepScalar<T>(T* values, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T keep, T step)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            T g = gradients[i];
            T m = first[i] * n.Beta1 + g * n.Rest1;
            T v = second[i] * n.Beta2 + g * g * n.Rest2;
            first[i] = m;
            second[i] = v;
            T update = m / (T.Sqrt(v) * n.UnbiasRoot2 + n.Eps);
            values[i] = values[i] * keep - update * step;
        }
    }
}
