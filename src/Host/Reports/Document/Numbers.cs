using System.Globalization;
using StreamTrainer.Host.Statistics;

namespace StreamTrainer.Host.Reports.Document;

/// <summary>Numbers as a report prints them: a point before decimals, the typographer's minus, no exponent.</summary>
internal static class Numbers
{
    /// <summary>With so many decimals.</summary>
    public static string Fixed(double value, int decimals)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "not a number" : value > 0 ? "∞" : "−∞";
        }

        string text = Math.Abs(value).ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        return value < 0 && text.Any(digit => digit is >= '1' and <= '9') ? "−" + text : text;
    }

    /// <summary>With its sign, also where it is positive.</summary>
    public static string Signed(double value, int decimals) => (value > 0 && double.IsFinite(value) ? "+" : "") + Fixed(value, decimals);

    /// <summary>An interval.</summary>
    public static string Of(Interval interval, int decimals) => $"{Fixed(interval.Low, decimals)} to {Fixed(interval.High, decimals)}";

    /// <summary>An interval of a difference.</summary>
    public static string Signed(Interval interval, int decimals) => $"{Signed(interval.Low, decimals)} to {Signed(interval.High, decimals)}";

    /// <summary>A probability: three decimals, and below them that it is below.</summary>
    public static string Probability(double value) => value < 0.001 ? "< 0.001" : Fixed(value, 3);

    /// <summary>As short as it can be said exactly.</summary>
    public static string Short(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
