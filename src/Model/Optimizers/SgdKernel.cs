using System.Numerics;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// SGD with momentum on a block: g += decay p; b = momentum b + g; p -= rate (b, or g + momentum b with Nesterov's).
/// No multiply and add is fused, so vectors of any width give the bits of the scalar reference.
/// </summary>
internal static unsafe class SgdKernel
{
    /// <summary>One step; the length is a multiple of <see cref="State.FlatState.Alignment"/>.</summary>
    public static void Step<T>(T* values, T* gradients, T* buffer, long count, T rate, T decay, T momentum, bool nesterov)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (!Vector.IsHardwareAccelerated)
        {
            StepScalar(values, gradients, buffer, count, rate, decay, momentum, nesterov);
            return;
        }

        Vector<T> rates = new(rate), decays = new(decay), momenta = new(momentum);
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<T> p = Vector.Load(values + i);
            Vector<T> g = Vector.Load(gradients + i) + p * decays;
            Vector<T> b = Vector.Load(buffer + i) * momenta + g;
            b.Store(buffer + i);
            (p - (nesterov ? g + b * momenta : b) * rates).Store(values + i);
        }
    }

    /// <summary>The same, an element at a time: the reference.</summary>
    public static void StepScalar<T>(T* values, T* gradients, T* buffer, long count, T rate, T decay, T momentum, bool nesterov)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i++)
        {
            T g = gradients[i] + values[i] * decay;
            T b = buffer[i] * momentum + g;
            buffer[i] = b;
            values[i] -= (nesterov ? g + b * momentum : b) * rate;
        }
    }
}
