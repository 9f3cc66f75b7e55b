using System.Globalization;

namespace StreamTrainer.Pipeline.Options;

/// <summary>
/// How an epoch is shuffled, written in a recipe as <c>full</c> or <c>blocks(SIZE, BUFFER)</c>: blocks of SIZE neighbouring
/// samples in random order, mixed within a buffer of BUFFER samples.
/// </summary>
/// <param name="Size">Samples of a block; 0: no blocks.</param>
/// <param name="Buffer">Samples that are mixed at a time.</param>
public readonly record struct Shuffle(long Size, long Buffer)
{
    /// <summary>What is written, as a regular expression.</summary>
    public const string Pattern = @"^(full|blocks\( *[0-9]+ *, *[0-9]+ *\))$";

    /// <summary>Over the whole set.</summary>
    public static Shuffle Full => default;

    /// <summary>Whether it is by blocks.</summary>
    public bool Blocks => Size > 0;

    /// <summary>Reads one; false where it is none.</summary>
    public static bool TryParse(string text, out Shuffle shuffle)
    {
        ArgumentNullException.ThrowIfNull(text);
        shuffle = default;
        if (text == "full")
        {
            return true;
        }

        const string Begin = "blocks(";
        if (!text.StartsWith(Begin, StringComparison.Ordinal) || !text.EndsWith(')'))
        {
            return false;
        }

        string[] parts = text[Begin.Length..^1].Split(',', StringSplitOptions.TrimEntries);
        if (parts.Length != 2 || !Number(parts[0], out long size) || !Number(parts[1], out long buffer) || buffer < size)
        {
            return false;
        }

        shuffle = new Shuffle(size, buffer);
        return true;
    }

    /// <summary>As it is written in a recipe.</summary>
    public override string ToString() =>
        Blocks ? string.Create(CultureInfo.InvariantCulture, $"blocks({Size}, {Buffer})") : "full";

    private static bool Number(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number > 0;
}
