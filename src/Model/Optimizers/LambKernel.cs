using System.Numerics;
using StreamTrainer.Model.State;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// LAMB's two passes on a block. The first moves m and v by the clipped gradient and leaves the update
/// (m / c1) / (sqrt(v) / sqrt(c2) + eps) + decay p where the gradient was; the second subtracts it, when the norms of the whole
/// parameter are known. No multiply and add is fused, so vectors of any width give the bits of the scalar reference.
/// </summary>
internal static unsafe class LambKernel
{
    /// <summary>The first pass; the length is a multiple of <see cref="FlatState.Alignment"/>.</summary>
    /// <param name="values">The parameters.</param>
    /// <param name="gradients">The gradients; the update afterwards.</param>
    /// <param name="first">The first moment.</param>
    /// <param name="second">The second moment.</param>
    /// <param name="count">Elements.</param>
    /// <param name="n">The step's numbers.</param>
    /// <param name="clip">What gradients are multiplied by.</param>
    /// <param name="decay">Weight decay.</param>
    /// <returns>The sums of squares of the parameters and of the update.</returns>
    public static (double Values, double Update) Update<T>(T* values, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T clip, T decay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector.IsHardwareAccelerated)
        {
            return UpdateScalar(values, gradients, first, second, count, n, clip, decay);
        }

        Vector<T> beta1 = new(n.Beta1), rest1 = new(n.Rest1), beta2 = new(n.Beta2), rest2 = new(n.Rest2);
        Vector<T> eps = new(n.Eps), unbias = new(n.Unbias1), root = new(n.UnbiasRoot2), clips = new(clip), decays = new(decay);
        Vector<double> valueLow = default, valueHigh = default, updateLow = default, updateHigh = default;
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<T> g = Vector.Load(gradients + i) * clips;
            Vector<T> m = Vector.Load(first + i) * beta1 + g * rest1;
            Vector<T> v = Vector.Load(second + i) * beta2 + g * g * rest2;
            m.Store(first + i);
            v.Store(second + i);
            Vector<T> p = Vector.Load(values + i);
            Vector<T> update = m * unbias / (Vector.SquareRoot(v) * root + eps) + p * decays;
            update.Store(gradients + i);
            SquareKernel.Add(p, ref valueLow, ref valueHigh);
            SquareKernel.Add(update, ref updateLow, ref updateHigh);
        }

        return (Vector.Sum(valueLow + valueHigh), Vector.Sum(updateLow + updateHigh));
    }

    /// <summary>The same, an element at a time: the reference.</summary>
    public static (double Values, double Update) UpdateScalar<T>(T* values, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T clip, T decay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            T g = gradients[i] * clip;
            T m = first[i] * n.Beta1 + g * n.Rest1;
            T v = second[i] * n.Beta2 + g * g * n.Rest2;
            first[i] = m;
            second[i] = v;
            gradients[i] = m * n.Unbias1 / (T.Sqrt(v) * n.UnbiasRoot2 + n.Eps) + values[i] * decay;
        }

        return (SquareKernel.SumScalar(values, count), SquareKernel.SumScalar(gradients, count));
    }

    /// <summary>The second pass: p -= rate update, where the trust ratio is in the rate.</summary>
    public static void Apply<T>(T* values, T* update, long count, T rate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector.IsHardwareAccelerated)
        {
            ApplyScalar(values, update, count, rate);
            return;
        }

        Vector<T> rates = new(rate);
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            (Vector.Load(values + i) - Vector.Load(update + i) * rates).Store(values + i);
        }
    }

    /// <summary>The same, an element at a time: the reference.</summary>
    public static void ApplyScalar<T>(T* values, T* update, long count, T rate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            values[i] -= update[i] * rate;
        }
    }
}
