using StreamTrainer.Pipeline.Sampling;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Architectures;

/// <summary>How a fresh parameter is filled.</summary>
internal abstract record Fill
{
    /// <summary>One number everywhere.</summary>
    public sealed record Constant(double Value) : Fill;

    /// <summary>Normal, mean 0.</summary>
    public sealed record Normal(double Std) : Fill;

    /// <summary>Uniform, from -bound to bound.</summary>
    public sealed record Uniform(double Bound) : Fill;

    /// <summary>Uniform, but the first filters, as many as there are input channels, pass their channel on.</summary>
    public sealed record Dirac(double Bound) : Fill;
}

/// <summary>A layer that knows how its own parameters are filled.</summary>
internal interface IFreshlyFilled
{
    /// <summary>The fill of each parameter, by its name in the layer.</summary>
    IEnumerable<(string Name, Fill Fill)> Fills { get; }
}

/// <summary>Fresh weights: every number is a pure function of the seed, the parameter's name and its place in it.</summary>
internal static class FreshWeights
{
    /// <summary>Fills all parameters of a model.</summary>
    public static void Fill(nn.Module model, long seed)
    {
        using var guard = no_grad();
        var fills = new Dictionary<string, Fill>(StringComparer.Ordinal);
        foreach ((string path, nn.Module layer) in model.named_modules().Prepend(("", model)))
        {
            foreach ((string name, Fill fill) in (layer as IFreshlyFilled)?.Fills ?? [])
            {
                fills[path.Length == 0 ? name : $"{path}.{name}"] = fill;
            }
        }

        foreach ((string name, Parameter parameter) in model.named_parameters())
        {
            Fill fill = fills.TryGetValue(name, out Fill? known) ? known : throw new InvalidOperationException($"no layer says how {name} is filled");
            using Tensor values = tensor(Values(fill, parameter.shape, seed, name), parameter.shape);
            parameter.copy_(values);
        }
    }

    private static float[] Values(Fill fill, long[] shape, long seed, string name)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        var draws = new SampleRandom(seed, 0, Hash(name), RandomStream.Weights);
        switch (fill)
        {
            case Fill.Constant constant:
                Array.Fill(values, (float)constant.Value);
                break;
            case Fill.Normal normal:
                Normal(values, normal.Std, ref draws);
                break;
            case Fill.Uniform uniform:
                Uniform(values, uniform.Bound, ref draws);
                break;
            case Fill.Dirac dirac:
                Uniform(values, dirac.Bound, ref draws);
                PassOn(values, shape);
                break;
        }

        return values;
    }

    /// <summary>Box and Muller, 1958: two at a time.</summary>
    private static void Normal(Span<float> values, double std, ref SampleRandom draws)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = std * Math.Sqrt(-2.0 * Math.Log(1 - draws.Next()));
            (double sin, double cos) = Math.SinCos(2.0 * Math.PI * draws.Next());
            values[i] = (float)(radius * cos);
            if (i + 1 < values.Length)
            {
                values[i + 1] = (float)(radius * sin);
            }
        }
    }

    private static void Uniform(Span<float> values, double bound, ref SampleRandom draws)
    {
        foreach (ref float value in values)
        {
            value = (float)((2 * draws.Next() - 1) * bound);
        }
    }

    private static void PassOn(Span<float> values, long[] shape)
    {
        int filter = (int)(shape[1] * shape[2] * shape[3]), plane = (int)(shape[2] * shape[3]);
        int centre = (int)(shape[2] / 2 * shape[3] + shape[3] / 2);
        for (int i = 0; i < Math.Min(shape[0], shape[1]); i++)
        {
            Span<float> own = values.Slice(i * filter, filter);
            own.Clear();
            own[i * plane + centre] = 1;
        }
    }

    /// <summary>FNV-1a, 64 bits.</summary>
    private static long Hash(string name)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (char letter in name)
        {
            hash = (hash ^ letter) * 0x100000001b3;
        }

        return (long)hash;
    }
}
