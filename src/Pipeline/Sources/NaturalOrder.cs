namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// timm's natural order of file and folder names: runs of digits compare as numbers, everything else as lower-case text, so
/// <c>2</c> comes before <c>10</c>. Names that are equal so far (case, leading zeros) go by their characters, so that the
/// order is total and no file system's order shines through.
/// </summary>
public sealed class NaturalOrder : IComparer<string>
{
    /// <summary>The order.</summary>
    public static NaturalOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        ReadOnlySpan<char> a = x, b = y;
        while (true)
        {
            // A name is text, number, text, number ...; the text may be empty, so parts of one kind always meet.
            int order = Take(ref a, digits: false).CompareTo(Take(ref b, digits: false), StringComparison.Ordinal);
            if (order == 0 && (a.IsEmpty || b.IsEmpty))
            {
                order = a.Length.CompareTo(b.Length);
                return order != 0 ? order : string.CompareOrdinal(x, y);
            }

            order = order != 0 ? order : CompareNumbers(Take(ref a, digits: true), Take(ref b, digits: true));
            if (order != 0)
            {
                return order;
            }
        }
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> rest, bool digits)
    {
        int length = 0;
        while (length < rest.Length && char.IsAsciiDigit(rest[length]) == digits)
        {
            length++;
        }

        ReadOnlySpan<char> part = rest[..length];
        rest = rest[length..];
        return digits ? part : Lower(part);
    }

    private static ReadOnlySpan<char> Lower(ReadOnlySpan<char> text)
    {
        int upper = 0;
        while (upper < text.Length && char.ToLowerInvariant(text[upper]) == text[upper])
        {
            upper++;
        }

        return upper == text.Length ? text : text.ToString().ToLowerInvariant();
    }

    private static int CompareNumbers(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        int order = a.Length.CompareTo(b.Length);
        return order != 0 ? order : a.SequenceCompareTo(b);
    }
}
