using System.Globalization;

namespace StreamTrainer.Pipeline.Options;

/// <summary>A number of bytes, written in a recipe as <c>512MiB</c>, <c>2GB</c> or <c>4096</c>.</summary>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, long Factor)[] s_units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000), ("B", 1),
    ];

    /// <summary>The units that <see cref="TryParse"/> knows.</summary>
    public static IEnumerable<string> Units => s_units.Select(unit => unit.Suffix);

    /// <summary>Reads a size with or without a unit; false where it is none.</summary>
    public static bool TryParse(string text, out ByteSize size)
    {
        ArgumentNullException.ThrowIfNull(text);
        long factor = 1;
        ReadOnlySpan<char> digits = text.AsSpan().Trim();
        foreach ((string suffix, long unit) in s_units)
        {
            if (digits.EndsWith(suffix, StringComparison.Ordinal))
            {
                factor = unit;
                digits = digits[..^suffix.Length].TrimEnd();
                break;
            }
        }

        bool valid = double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * factor < long.MaxValue;
        size = valid ? new ByteSize((long)(value * factor)) : default;
        return valid;
    }

    /// <summary>The size with the largest binary unit that divides it.</summary>
    public override string ToString()
    {
        foreach ((string suffix, long factor) in s_units.Take(4).Reverse())
        {
            if (Bytes != 0 && Bytes % factor == 0)
            {
                return string.Create(CultureInfo.InvariantCulture, $"{Bytes / factor}{suffix}");
            }
        }

        return string.Create(CultureInfo.InvariantCulture, $"{Bytes}B");
    }
}
