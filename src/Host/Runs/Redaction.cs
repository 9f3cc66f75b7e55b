using System.Text.RegularExpressions;

namespace StreamTrainer.Host.Runs;

/// <summary>Takes out of a text what may be a secret: what stands behind an address's question mark (signatures), names and passwords in
/// addresses, and keys of this service.</summary>
internal static partial class Redaction
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mark = "[redacted]";

    /// <summary>The text without them.</summary>
    public static string Of(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            text = Query().Replace(UserInfo().Replace(text, $"$1{Mark}@"), $"$1?{Mark}");
        }

        return text.Contains("stk_", StringComparison.Ordinal) ? Key().Replace(text, Mark) : text;
    }

    [GeneratedRegex(@"((?:https?|s3)://[^\s?""'<>]*)\?(?!holdout=|part=|repeat=)[^\s""'<>]+", RegexOptions.IgnoreCase)]
    private static partial Regex Query();

    [GeneratedRegex(@"((?:https?|s3)://)[^\s/@""'<>]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();

    [GeneratedRegex("stk_[0-9a-f]{12}_[0-9a-f]{16,}")]
    private static partial Regex Key();
}
