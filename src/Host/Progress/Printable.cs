using System.Text;

namespace StreamTrainer.Host.Progress;

/// <summary>Names from files and archives on a terminal: whatever could move its cursor or change its colours is shown as what it
/// is, and so are marks that turn the reading direction and make one name look like another (CVE-2021-42574).</summary>
internal static class Printable
{
    /// <summary>A text on one line.</summary>
    public static string Text(string text) => Clean(text, keepLines: false);

    /// <summary>A text that may have several lines.</summary>
    public static string Lines(string text) => Clean(text, keepLines: true);

    private static string Clean(string text, bool keepLines)
    {
        if (!text.Any(letter => Acts(letter) && !(keepLines && letter == '\n')))
        {
            return text;
        }

        var result = new StringBuilder(text.Length + 8);
        foreach (char letter in text)
        {
            _ = Acts(letter) && !(keepLines && letter == '\n')
                ? result.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\x{(int)letter:x2}")
                : result.Append(letter);
        }

        return result.ToString();
    }

    private static bool Acts(char letter) =>
        char.IsControl(letter) || letter is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
