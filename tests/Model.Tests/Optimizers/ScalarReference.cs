using StreamTrainer.Model.Optimizers;

namespace StreamTrainer.Model.Tests.Optimizers;

/// <summary>
/// The optimizers once more, from their formulas, an element at a time in double: SGD and AdamW as PyTorch has them, LAMB as timm has
/// it. A parameter of one dimension has no weight decay, and so no trust ratio.
/// </summary>
internal sealed class ScalarReference(OptimizerOptions options, double[][] parameters, bool[] decays)
{
    private readonly double[][] _first = [.. parameters.Select(values => new double[values.Length])], _second = [.. parameters.Select(values => new double[values.Length])];
    private int _step;

    /// <summary>One update.</summary>
    public void Step(double[][] gradients, double rate)
    {
        _step++;
        double clip = 1;
        if (options.Name is OptimizerKind.Lamb or OptimizerKind.LambC)
        {
            double norm = Math.Sqrt(gradients.Sum(gradient => gradient.Sum(g => g * g)));
            clip = norm > options.MaxGradNorm ? options.MaxGradNorm / norm : 1;
        }

        for (int p = 0; p < parameters.Length; p++)
        {
            double decay = decays[p] ? options.WeightDecay : 0;
            switch (options.Name)
            {
                case OptimizerKind.Sgd or OptimizerKind.Momentum:
                    Sgd(parameters[p], gradients[p], _first[p], rate, decay);
                    break;
                case OptimizerKind.AdamW:
                    AdamW(parameters[p], gradients[p], _first[p], _second[p], rate, decay);
                    break;
                default:
                    Lamb(parameters[p], gradients[p], _first[p], _second[p], rate, decay, clip);
                    break;
            }
        }
    }

    private void Sgd(double[] w, double[] g, double[] buffer, double rate, double decay)
    {
        for (int i = 0; i < w.Length; i++)
        {
            double gradient = g[i] + decay * w[i];
            buffer[i] = options.Momentum * buffer[i] + gradient;
            w[i] -= rate * (options.Name == OptimizerKind.Sgd ? gradient + options.Momentum * buffer[i] : buffer[i]);
        }
    }

    private void AdamW(double[] w, double[] g, double[] m, double[] v, double rate, double decay)
    {
        for (int i = 0; i < w.Length; i++)
        {
            w[i] *= 1 - rate * decay;
            w[i] -= rate * Direction(g[i], ref m[i], ref v[i], 1e-8);
        }
    }

    private void Lamb(double[] w, double[] g, double[] m, double[] v, double rate, double decay, double clip)
    {
        var update = new double[w.Length];
        for (int i = 0; i < w.Length; i++)
        {
            update[i] = Direction(clip * g[i], ref m[i], ref v[i], 1e-6) + decay * w[i];
        }

        double ratio = 1;
        if (decay != 0)
        {
            double norm = Math.Sqrt(w.Sum(x => x * x)), length = Math.Sqrt(update.Sum(x => x * x));
            ratio = norm > 0 && length > 0 ? norm / length : 1;
            ratio = options.Name == OptimizerKind.LambC ? Math.Min(ratio, 1) : ratio;
        }

        for (int i = 0; i < w.Length; i++)
        {
            w[i] -= rate * ratio * update[i];
        }
    }

    private double Direction(double g, ref double m, ref double v, double eps)
    {
        (double beta1, double beta2) = (options.Betas[0], options.Betas[1]);
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        return m / (1 - Math.Pow(beta1, _step)) / (Math.Sqrt(v / (1 - Math.Pow(beta2, _step))) + eps);
    }
}
