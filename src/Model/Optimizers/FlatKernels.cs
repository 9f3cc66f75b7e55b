using System.Numerics;

namespace StreamTrainer.Model.Optimizers;

/// <summary>
/// The arithmetic of the optimizers on one block, in vectors of whatever width the processor has. Counts are multiples of
/// the width. No multiply and add is fused, so the results are those of PyTorch's separate operations.
/// </summary>
internal static unsafe class FlatKernels
{
    /// <summary>Sum of squares, in double.</summary>
    public static double SquaredNorm<T>(T* values, long count)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double sum = 0;
        for (long i = 0; i < count; i += 16)
        {
            // Sixteen at a time in the type itself would lose digits; in double the order inside does not show.
            for (int j = 0; j < 16; j++)
            {
                double value = double.CreateTruncating(values[i + j]);
                sum += value * value;
            }
        }

        return sum;
    }

    /// <summary>Multiplies by a number.</summary>
    public static void Scale<T>(T* values, long count, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            (Vector.Load(values + i) * factor).Store(values + i);
        }
    }

    /// <summary>SGD with momentum: g += decay p; buffer = momentum buffer + g; p -= rate (g + momentum buffer, or buffer).</summary>
    public static void Sgd<T>(T* parameters, T* gradients, T* buffer, long count, T rate, T decay, T momentum, bool nesterov)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<T> p = Vector.Load(parameters + i);
            Vector<T> g = Vector.Load(gradients + i) + p * decay;
            Vector<T> b = Vector.Load(buffer + i) * momentum + g;
            b.Store(buffer + i);
            (p - (nesterov ? g + b * momentum : b) * rate).Store(parameters + i);
        }
    }

    /// <summary>AdamW: p *= 1 - rate decay; moments; p -= rate / c1 * m / (sqrt(v) / sqrt(c2) + eps).</summary>
    public static void AdamW<T>(T* parameters, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T rate, T decay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T keep = T.One - rate * decay, step = rate / n.Correction1, root = T.Sqrt(n.Correction2);
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            Vector<T> p = Vector.Load(parameters + i) * keep;
            Vector<T> denominator = Moments(gradients + i, first + i, second + i, n, out Vector<T> m) / new Vector<T>(root) + new Vector<T>(n.Eps);
            (p - m / denominator * step).Store(parameters + i);
        }
    }

    /// <summary>LAMB's first pass: moments, and the update in place of the gradient.</summary>
    /// <returns>The sum of squares of the parameters and of the update.</returns>
    public static (double Parameters, double Update) LambUpdate<T>(T* parameters, T* gradients, T* first, T* second, long count, in AdamNumbers<T> n, T scale, T decay)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T root = T.Sqrt(n.Correction2);
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            (Vector.Load(gradients + i) / new Vector<T>(scale)).Store(gradients + i);
            Vector<T> denominator = Moments(gradients + i, first + i, second + i, n, out Vector<T> m) / new Vector<T>(root) + new Vector<T>(n.Eps);
            (m / new Vector<T>(n.Correction1) / denominator + Vector.Load(parameters + i) * decay).Store(gradients + i);
        }

        return (SquaredNorm(parameters, count), SquaredNorm(gradients, count));
    }

    /// <summary>p -= rate * update.</summary>
    public static void Subtract<T>(T* parameters, T* update, long count, T rate)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        for (long i = 0; i < count; i += Vector<T>.Count)
        {
            (Vector.Load(parameters + i) - Vector.Load(update + i) * rate).Store(parameters + i);
        }
    }

    private static Vector<T> Moments<T>(T* gradient, T* first, T* second, in AdamNumbers<T> n, out Vector<T> m)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Vector<T> g = Vector.Load(gradient);
        m = Vector.Load(first) * n.Beta1 + g * n.Rest1;
        m.Store(first);
        Vector<T> v = Vector.Load(second) * n.Beta2 + g * g * n.Rest2;
        v.Store(second);
        return Vector.SquareRoot(v);
    }
}

/// <summary>Numbers of Adam and LAMB that are the same for all parameters of a step.</summary>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Rest1">1 - beta1, taken in double: in fp32 1 - 0.999 is off by 5e-5.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="Rest2">1 - beta2, likewise.</param>
/// <param name="Eps">Epsilon.</param>
/// <param name="Correction1">1 - beta1^t, or 1.</param>
/// <param name="Correction2">1 - beta2^t, or 1.</param>
internal readonly record struct AdamNumbers<T>(T Beta1, T Rest1, T Beta2, T Rest2, T Eps, T Correction1, T Correction2)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>The numbers of update <paramref name="step"/>, from 1; computed in double.</summary>
    public static AdamNumbers<T> At(OptimizerOptions options, double eps, long step, bool correct)
    {
        (double beta1, double beta2) = (options.Betas[0], options.Betas[1]);
        return new AdamNumbers<T>(
            T.CreateTruncating(beta1), T.CreateTruncating(1 - beta1), T.CreateTruncating(beta2), T.CreateTruncating(1 - beta2), T.CreateTruncating(eps),
            T.CreateTruncating(correct ? 1 - Math.Pow(beta1, step) : 1), T.CreateTruncating(correct ? 1 - Math.Pow(beta2, step) : 1));
    }
}
