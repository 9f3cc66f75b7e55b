using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace StreamTrainer.Host.Recipes;

/// <summary>Values as YAML text that every reader of YAML 1.2 takes for the same value.</summary>
internal static partial class YamlText
{
    private static readonly (long Ticks, string Unit)[] s_durations =
    [
        (TimeSpan.TicksPerDay, "d"), (TimeSpan.TicksPerHour, "h"), (TimeSpan.TicksPerMinute, "m"),
        (TimeSpan.TicksPerSecond, "s"), (TimeSpan.TicksPerMillisecond, "ms"),
    ];

    /// <summary>A text: as it is where that is safe, else in double quotes.</summary>
    public static string Quote(string text)
    {
        // "none" and "auto" mean something here although YAML takes them for texts.
        bool plain = SafePlain().IsMatch(text) && !ScalarParsers.LooksLikeOtherThanText(text) && text is not ("none" or "auto");
        if (plain)
        {
            return text;
        }

        var quoted = new StringBuilder("\"");
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\t' => quoted.Append("\\t"),
                '\r' => quoted.Append("\\r"),
                < ' ' or (>= '\x7f' and <= '\xa0') or '\u2028' or '\u2029' or '\ufeff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary>A number with all its digits: <c>0.1</c>, <c>1e-5</c>.</summary>
    public static string Number(double value) =>
        ExponentZeros().Replace(value.ToString("R", CultureInfo.InvariantCulture), match => "e" + (match.Groups[1].Value == "-" ? "-" : "+"));

    /// <summary>A duration in the largest unit that divides it.</summary>
    public static string Duration(TimeSpan value)
    {
        foreach ((long ticks, string unit) in s_durations)
        {
            if (value.Ticks != 0 && value.Ticks % ticks == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{value.Ticks / ticks}{unit}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(decimal)value.Ticks / TimeSpan.TicksPerSecond}s");
    }

    // No " #" (a comment), no ": " (a key), no sign of YAML's own in front.
    [GeneratedRegex(@"^[\p{L}0-9_./](?:[\p{L}0-9_./+@%,=()?&;~$'-]|:(?! |\z)| (?![#\s]|\z))*\z")]
    private static partial Regex SafePlain();

    [GeneratedRegex("E([+-])0*")]
    private static partial Regex ExponentZeros();
}
