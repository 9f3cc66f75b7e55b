using StreamTrainer.Pipeline.Sampling;

namespace StreamTrainer.Model.Mixing;

/// <summary>Beta(a, a) as the ratio of two gamma variates, from uniform draws.</summary>
internal static class BetaDistribution
{
    /// <summary>A number in [0, 1].</summary>
    public static double Draw<TDraws>(ref TDraws draws, double alpha)
        where TDraws : struct, IDraws
    {
        // In logarithms: for small alpha both variates underflow.
        double first = LogGamma(ref draws, alpha), second = LogGamma(ref draws, alpha);
        return 1.0 / (1.0 + Math.Exp(second - first));
    }

    /// <summary>The logarithm of a gamma variate of shape <paramref name="alpha"/>: Marsaglia and Tsang, "A simple method for
    /// generating gamma variables", 2000; below 1 by the variate of alpha + 1.</summary>
    private static double LogGamma<TDraws>(ref TDraws draws, double alpha)
        where TDraws : struct, IDraws
    {
        double boost = 0;
        if (alpha < 1)
        {
            boost = Math.Log(1 - draws.Next()) / alpha;
            alpha += 1;
        }

        double d = alpha - 1.0 / 3.0, c = 1.0 / Math.Sqrt(9.0 * d);
        while (true)
        {
            double x = Normal(ref draws), v = 1.0 + c * x;
            if (v <= 0)
            {
                continue;
            }

            v = v * v * v;
            if (Math.Log(1 - draws.Next()) < 0.5 * x * x + d - d * v + d * Math.Log(v))
            {
                return Math.Log(d * v) + boost;
            }
        }
    }

    /// <summary>A standard normal number (Box and Muller, 1958).</summary>
    private static double Normal<TDraws>(ref TDraws draws)
        where TDraws : struct, IDraws =>
        Math.Sqrt(-2.0 * Math.Log(1 - draws.Next())) * Math.Cos(2.0 * Math.PI * draws.Next());
}
