using StreamTrainer.Pipeline.Decoding.Jpeg;

namespace StreamTrainer.Pipeline.Shards;

/// <summary>Whether two images have the same coefficients, meaning the same: then all their pixels are equal.</summary>
internal static unsafe class CoefficientEquality
{
    /// <summary>What differs first; null where nothing does.</summary>
    public static string? Difference(CoefficientImage one, CoefficientImage other)
    {
        JpegFrame a = one.Frame, b = other.Frame;
        if (a.Size != b.Size)
        {
            return $"the size is {b.Size.Width} x {b.Size.Height} and not {a.Size.Width} x {a.Size.Height}";
        }

        if (a.Color != b.Color || a.Components.Length != b.Components.Length)
        {
            return $"the colours are {b.Color} and not {a.Color}";
        }

        for (int c = 0; c < a.Components.Length; c++)
        {
            JpegComponent first = a.Components[c], second = b.Components[c];
            if (first.Horizontal != second.Horizontal || first.Vertical != second.Vertical)
            {
                return $"component {c} is sampled otherwise";
            }

            if (!first.Quantisation.AsSpan().SequenceEqual(second.Quantisation))
            {
                return $"component {c} has another quantisation table";
            }

            int length = a.McusWide * first.Horizontal * 64;
            for (int y = 0; y < a.McusHigh * first.Vertical; y++)
            {
                if (!new ReadOnlySpan<short>(one.Blocks(c, y), length).SequenceEqual(new ReadOnlySpan<short>(other.Blocks(c, y), length)))
                {
                    return $"row {y} of component {c}'s blocks has other coefficients";
                }
            }
        }

        return null;
    }
}
