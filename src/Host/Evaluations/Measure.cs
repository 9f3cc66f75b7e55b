using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Evaluations;

/// <summary>A measured quantity and its 95 % interval.</summary>
/// <param name="Value">The quantity.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end.</param>
internal sealed record Measure(double Value, double Low, double High)
{
    /// <summary>A share of images, by Wilson's interval.</summary>
    public static Measure Share(long hits, long count)
    {
        Interval interval = WilsonInterval.Of(hits, count);
        return new Measure((double)hits / count, interval.Low, interval.High);
    }

    /// <summary>A quantity with its interval.</summary>
    public static Measure Of(double value, Interval interval) => new(value, interval.Low, interval.High);
}
