using System.Globalization;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Pipeline.Transforms.Policies;

/// <summary>
/// Policies by timm's text (its <c>auto_augment.py</c>, 0.9): <c>rand-m7-mstd0.5-inc1</c>, <c>original-mstd0.5</c>. Sections behind the
/// first may stand in any order; of one that is said twice the last counts, of mstd and mmax the first, as in timm. What timm passes
/// over in silence (a section without its number, an unknown set of operations) is an error here.
/// </summary>
public static class AugmentPolicies
{
    private const string Rand = "rand", Weights = "weights";
    private const int MostDrawn = 64;

    /// <summary>Above this deviation timm draws magnitudes uniformly.</summary>
    private const double MostStd = 100;

    private static readonly string[] s_operations =
    [
        "AutoContrast", "Equalize", "Invert", "Rotate", "Posterize", "Solarize", "SolarizeAdd", "Color", "Contrast", "Brightness", "Sharpness",
        "ShearX", "ShearY", "TranslateXRel", "TranslateYRel",
    ];

    /// <summary>The weights of timm's <c>tweights</c>; those of w0 (its releases before 0.8) are a tenth of them, but for the last two.</summary>
    private static readonly (string Operation, double Weight)[] s_weights =
    [
        ("Rotate", 3), ("ShearX", 2), ("ShearY", 2), ("TranslateXRel", 1), ("TranslateYRel", 1), ("ColorIncreasing", 0.25), ("SharpnessIncreasing", 0.25),
        ("AutoContrast", 0.25), ("SolarizeIncreasing", 0.05), ("SolarizeAdd", 0.05), ("ContrastIncreasing", 0.05), ("BrightnessIncreasing", 0.05),
        ("Equalize", 0.05), ("PosterizeIncreasing", 0.05), ("Invert", 0.05),
    ];

    /// <summary>What a policy's first section may be.</summary>
    public static IReadOnlyList<string> Names { get; } = [Rand, .. AutoAugmentTables.All.Keys];

    /// <summary>What is wrong with a text; none where it is a policy.</summary>
    public static string? Fault(string text)
    {
        try
        {
            Parse(text, side: 1, Interpolation.Random);
            return null;
        }
        catch (UserErrorException error)
        {
            return error.Message;
        }
    }

    /// <summary>The policy of a text.</summary>
    /// <param name="text">timm's text.</param>
    /// <param name="side">Side of the training image, in pixels.</param>
    /// <param name="interpolation">The filter of geometric operations; random: drawn for each.</param>
    /// <exception cref="UserErrorException">A section is wrong; the sentence names it.</exception>
    internal static AugmentPolicy Parse(string text, int side, Interpolation interpolation)
    {
        string[] sections = text.Split('-');
        var settings = new PolicySettings(side, interpolation);
        return sections[0] == Rand ? ParseRand(text, sections.AsSpan(1), settings)
            : AutoAugmentTables.All.TryGetValue(sections[0], out var table) ? ParseAuto(text, table, sections.AsSpan(1), settings)
            : throw new UserErrorException(
                $"'{text}': there is no policy '{sections[0]}'; known are rand-m7-mstd0.5-inc1 with numbers of your own, {string.Join(", ", AutoAugmentTables.All.Keys)}");
    }

    private static RandAugment ParseRand(string text, ReadOnlySpan<string> sections, PolicySettings settings)
    {
        int magnitude = 10, count = 2;
        double probability = 0.5;
        bool increasing = false, old = false;
        string? set = null;
        foreach (string section in sections)
        {
            // Any name counts as a set that begins with t, as in timm.
            if (section.StartsWith('t'))
            {
                set ??= section[1..] == Weights ? Weights : throw Wrong(text, section, "the only set of operations is tweights");
                continue;
            }

            (string key, string value) = Split(text, section);
            switch (key)
            {
                case "m":
                    magnitude = Whole(text, section, value, 0, 1000);
                    break;
                case "n":
                    count = Whole(text, section, value, 1, MostDrawn);
                    break;
                case "p":
                    probability = Number(text, section, value);
                    if (probability > 1)
                    {
                        throw Wrong(text, section, "a probability is at most 1");
                    }

                    break;
                case "mstd" when settings.MagnitudeStd == 0:
                    double std = Number(text, section, value);
                    settings = settings with { MagnitudeStd = std > MostStd ? double.PositiveInfinity : std };
                    break;
                case "mmax" when settings.MostMagnitude == 0:
                    settings = settings with { MostMagnitude = Whole(text, section, value, 0, 1000) };
                    break;
                case "mstd" or "mmax":
                    break;
                case "inc":
                    // Any number: inc0 as well.
                    increasing = true;
                    break;
                case "w":
                    Whole(text, section, value, 0, 0);
                    old = true;
                    break;
                default:
                    throw Wrong(text, section, "known are m, n, p, mstd, mmax, inc, w with a number, and tweights");
            }
        }

        if (set is not null && old)
        {
            throw new UserErrorException($"'{text}': w0 and tweights are both weights; leave one away");
        }

        (string[] names, double[]? weights) = Operations(set is not null, old, increasing);
        if (weights is not null && count > weights.Count(weight => weight > 0))
        {
            throw new UserErrorException($"'{text}': with weights no operation comes twice, and {count} are more than there are; lower n");
        }

        return new RandAugment([.. names.Select(name => new PolicyStep(PixelOperations.Of(name), probability, magnitude))], count, weights, settings);
    }

    private static AutoAugment ParseAuto(
        string text, (string Operation, double Probability, double Magnitude)[][] table, ReadOnlySpan<string> sections, PolicySettings settings)
    {
        foreach (string section in sections)
        {
            (string key, string value) = Split(text, section);
            if (key != "mstd")
            {
                throw Wrong(text, section, "known is mstd with a number");
            }

            settings = settings.MagnitudeStd == 0 ? settings with { MagnitudeStd = Number(text, section, value) } : settings;
        }

        return new AutoAugment(
            [.. table.Select(pair => (PolicyStep[])[.. pair.Select(step => new PolicyStep(PixelOperations.Of(step.Operation), step.Probability, step.Magnitude))])], settings);
    }

    private static (string[] Names, double[]? Weights) Operations(bool weighted, bool old, bool increasing)
    {
        if (weighted)
        {
            return ([.. s_weights.Select(each => each.Operation)], Shares([.. s_weights.Select(each => each.Weight)]));
        }

        string[] stronger = [.. s_operations.Select(name => PixelOperations.Names.Contains($"{name}Increasing") ? $"{name}Increasing" : name)];
        // The weights belong to places in the list, whichever variant stands there.
        double[]? weights = old
            ? Shares([.. stronger.Select(name => name is "Invert" or "PosterizeIncreasing" ? 0 : s_weights.Single(each => each.Operation == name).Weight)])
            : null;
        return (increasing ? stronger : s_operations, weights);
    }

    private static double[] Shares(double[] weights)
    {
        double sum = weights.Sum();
        return [.. weights.Select(weight => weight / sum)];
    }

    /// <summary>A section's letters, and the rest from its first digit on.</summary>
    private static (string Key, string Value) Split(string text, string section)
    {
        int digit = section.AsSpan().IndexOfAnyInRange('0', '9');
        return digit < 0
            ? throw Wrong(text, section, "a section is letters and a number, like m7")
            : (section[..digit], section[digit..]);
    }

    private static int Whole(string text, string section, string value, int least, int most) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= least && number <= most
            ? number
            : throw Wrong(text, section, string.Create(CultureInfo.InvariantCulture, $"'{value}' is not {(least == most ? "" : "a whole number from ")}{least}{(least == most ? "" : $" to {most}")}"));

    private static double Number(string text, string section, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? number
            : throw Wrong(text, section, $"'{value}' is no number");

    private static UserErrorException Wrong(string text, string section, string why) => new($"'{text}': section '{section}': {why}");
}
