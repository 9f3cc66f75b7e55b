using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using StreamTrainer.Pipeline.Options;

namespace StreamTrainer.Host.Recipes;

/// <summary>The one place that knows how single values are written. Plain scalars follow YAML 1.2's core schema.</summary>
internal static partial class ScalarParsers
{
    /// <summary>The pattern of a duration, for the schema.</summary>
    internal const string DurationPattern = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$";

    private static readonly ConcurrentDictionary<Type, ScalarKind> s_enums = new();

    private static readonly Dictionary<Type, ScalarKind> s_kinds = new()
    {
        [typeof(string)] = new("a text", ParseText, value => YamlText.Quote((string)value), json => json.WriteString("type", "string")),
        [typeof(bool)] = new("true or false", ParseBool, value => (bool)value ? "true" : "false", json => json.WriteString("type", "boolean")),
        [typeof(int)] = new("a whole number", ParseInt, Invariant, json => json.WriteString("type", "integer")),
        [typeof(long)] = new("a whole number", ParseLong, Invariant, json => json.WriteString("type", "integer")),
        [typeof(double)] = new("a number", ParseDouble, value => YamlText.Number((double)value), json => json.WriteString("type", "number")),
        [typeof(TimeSpan)] = new("a duration with its unit (ms, s, m, h or d), as 30s, 10m or 2h", ParseDuration,
            value => YamlText.Duration((TimeSpan)value), json => Pattern(json, DurationPattern)),
        [typeof(ByteSize)] = new($"a size in bytes or with a unit ({string.Join(", ", ByteSize.Units)}), as 512MiB", ParseSize, Invariant, SizeSchema),
        [typeof(Shuffle)] = new("full or blocks(SIZE, BUFFER) with a buffer of at least a block, as blocks(256, 8192)", ParseShuffle,
            Invariant, json => Pattern(json, Shuffle.Pattern)),
        [typeof(SizeSchedule)] = new("ramp(FROM, TO, START, END) with END after START, as ramp(160, 192, 65, 76), or steps(0:SIZE, EPOCH:SIZE) with rising epochs, as steps(0:128, 6:160)",
            ParseSizes, Invariant, json => Pattern(json, SizeSchedule.Pattern)),
    };

    /// <summary>The kind of a type; null where it is not a single value.</summary>
    public static ScalarKind? For(Type type) =>
        type.IsEnum ? s_enums.GetOrAdd(type, EnumKind) : s_kinds.GetValueOrDefault(type);

    /// <summary>An enum's value as it is written: camelCase.</summary>
    public static string EnumName(object value) => JsonNamingPolicy.CamelCase.ConvertName(value.ToString()!);

    /// <summary>Whether a plain text would be a number, a bool or nothing in YAML.</summary>
    public static bool LooksLikeOtherThanText(string text) =>
        text is "" or "~" || NullOrBool().IsMatch(text) || Integer().IsMatch(text) || Float().IsMatch(text) || NotFinite().IsMatch(text);

    private static string Invariant(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;

    private static bool ParseText(ScalarNode node, out object value, out string? hint)
    {
        value = node.Text;
        hint = null;
        // "description:" with nothing behind it is an empty text; a written null is a mistake.
        return !node.IsNull || node.Text.Length == 0;
    }

    private static bool ParseBool(ScalarNode node, out object value, out string? hint)
    {
        bool isTrue = node.Text is "true" or "True" or "TRUE";
        value = isTrue;
        hint = null;
        if (node.Plain && (isTrue || node.Text is "false" or "False" or "FALSE"))
        {
            return true;
        }

        hint = node.Text.ToUpperInvariant() switch
        {
            "YES" or "ON" or "Y" or "1" or "TRUE" => "true",
            "NO" or "OFF" or "N" or "0" or "FALSE" => "false",
            _ => null,
        };
        return false;
    }

    private static bool ParseInt(ScalarNode node, out object value, out string? hint)
    {
        bool valid = ParseLong(node, out value, out hint) && (long)value is >= int.MinValue and <= int.MaxValue;
        value = valid ? (int)(long)value : 0;
        return valid;
    }

    private static bool ParseLong(ScalarNode node, out object value, out string? hint)
    {
        value = 0L;
        hint = null;
        if (node.Plain && Integer().IsMatch(node.Text) && TryInteger(node.Text, out long number))
        {
            value = number;
            return true;
        }

        string digits = node.Text.Replace("_", "", StringComparison.Ordinal).Replace(",", "", StringComparison.Ordinal);
        if (Float().IsMatch(digits)
            && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal meant)
            && meant == decimal.Truncate(meant) && decimal.Abs(meant) <= long.MaxValue)
        {
            hint = ((long)meant).ToString(CultureInfo.InvariantCulture);
        }

        return false;
    }

    private static bool TryInteger(string text, out long number) => text switch
    {
        ['0', 'x', .. var hex] => long.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number) && number >= 0,
        _ => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number),
    };

    private static bool ParseDouble(ScalarNode node, out object value, out string? hint)
    {
        value = 0.0;
        hint = null;
        if (node.Plain && Float().IsMatch(node.Text)
            && double.TryParse(node.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            value = number;
            return true;
        }

        if (node.Text is [.. var digits, '%'] && Float().IsMatch(digits)
            && decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal percent))
        {
            hint = (percent / 100).ToString("0.############", CultureInfo.InvariantCulture);
        }
        else if (!node.Plain && Float().IsMatch(node.Text))
        {
            hint = node.Text + " without quotes";
        }

        return false;
    }

    private static bool ParseDuration(ScalarNode node, out object value, out string? hint)
    {
        value = TimeSpan.Zero;
        hint = null;
        Match match = DurationParts().Match(node.Text);
        long ticks = match.Groups[2].Value switch
        {
            "ms" => TimeSpan.TicksPerMillisecond,
            "s" => TimeSpan.TicksPerSecond,
            "m" => TimeSpan.TicksPerMinute,
            "h" => TimeSpan.TicksPerHour,
            "d" => TimeSpan.TicksPerDay,
            _ => 0,
        };
        if (ticks == 0
            || !decimal.TryParse(match.Groups[1].ValueSpan, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)
            || count > TimeSpan.MaxValue.Ticks / ticks)
        {
            return false;
        }

        value = TimeSpan.FromTicks((long)(count * ticks));
        return true;
    }

    private static bool ParseSize(ScalarNode node, out object value, out string? hint)
    {
        bool valid = ByteSize.TryParse(node.Text, out ByteSize size);
        value = size;
        hint = valid ? null : ByteSize.Units
            .Where(unit => unit != "B" && node.Text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
            .Select(unit => node.Text[..^unit.Length].TrimEnd() + unit)
            .FirstOrDefault();
        return valid;
    }

    private static bool ParseShuffle(ScalarNode node, out object value, out string? hint)
    {
        bool valid = Shuffle.TryParse(node.Text, out Shuffle shuffle);
        value = shuffle;
        hint = null;
        return valid;
    }

    private static bool ParseSizes(ScalarNode node, out object value, out string? hint)
    {
        bool valid = SizeSchedule.TryParse(node.Text, out SizeSchedule? sizes);
        value = sizes!;
        hint = null;
        return valid;
    }

    private static ScalarKind EnumKind(Type type)
    {
        Dictionary<string, object> values = Enum.GetValues(type).Cast<object>().ToDictionary(EnumName);
        bool Parse(ScalarNode node, [MaybeNull] out object value, out string? hint)
        {
            hint = null;
            if (values.TryGetValue(node.Text, out value))
            {
                return true;
            }

            hint = NearestName.Of(node.Text, values.Keys);
            return false;
        }

        // The values themselves are told and described by the key, which may deny some of them.
        return new ScalarKind("one of its names", Parse!, EnumName, _ => { });
    }

    private static void Pattern(Utf8JsonWriter json, string pattern)
    {
        json.WriteString("type", "string");
        json.WriteString("pattern", pattern);
    }

    private static void SizeSchema(Utf8JsonWriter json)
    {
        json.WriteStartArray("type");
        json.WriteStringValue("string");
        json.WriteStringValue("integer");
        json.WriteEndArray();
        json.WriteNumber("minimum", 0);
        json.WriteString("pattern", $"^[0-9]+(\\.[0-9]+)? *({string.Join('|', ByteSize.Units)})?$");
    }

    [GeneratedRegex(@"^(null|Null|NULL|true|True|TRUE|false|False|FALSE)\z")]
    private static partial Regex NullOrBool();

    [GeneratedRegex(@"^([-+]?[0-9]+|0x[0-9a-fA-F]+)\z")]
    private static partial Regex Integer();

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z")]
    private static partial Regex Float();

    [GeneratedRegex(@"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)|0o[0-7]+)\z")]
    private static partial Regex NotFinite();

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)\z")]
    private static partial Regex DurationParts();
}
