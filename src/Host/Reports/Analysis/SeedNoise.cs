using MathNet.Numerics.Distributions;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Analysis;

/// <summary>What the noise of seeds allows to see.</summary>
internal static class SeedNoise
{
    /// <summary>The least difference that one run of each shows with the usual power, the standard deviation known: the normal's quantiles
    /// of level and power, times the standard error of a difference of two single runs.</summary>
    /// <param name="deviation">The standard deviation over seeds.</param>
    public static double OfSinglePair(double deviation) =>
        (Normal.InvCDF(0, 1, (1 + Interval.Confidence) / 2) + Normal.InvCDF(0, 1, SeedPower.Usual)) * deviation * Math.Sqrt(2);
}
