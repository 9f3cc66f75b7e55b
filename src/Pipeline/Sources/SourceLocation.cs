using System.Globalization;
using StreamTrainer.Pipeline.Sources.Remote;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>
/// Where samples come from, as a recipe names it: a path or <c>scheme:rest</c>, then options after a question mark:
/// <c>holdout=5000&amp;part=train</c> or <c>part=holdout</c> (<see cref="HoldOut"/>), <c>repeat=4</c>, <c>classes=cat,dog</c>;
/// of data sets whose annotations have parts <c>split=train</c> and the like;
/// of a list also <c>path=COLUMN</c> and <c>label=COLUMN</c>; of ImageNet's validation images <c>devkit=PATH</c>.
/// </summary>
internal sealed record SourceLocation
{
    private static readonly string[] s_options = ["holdout", "part", "repeat", "path", "label", "devkit", "split", "classes"];

    /// <summary>The path, or scheme and rest.</summary>
    public required string Path { get; init; }

    /// <summary>How many samples are held out; none: the set is not split.</summary>
    public long? HoldOut { get; private init; }

    /// <summary>Which side of the split is wanted.</summary>
    public bool HeldOutPart { get; private init; }

    /// <summary>How many times the samples come in an epoch.</summary>
    public int Repeat { get; private init; } = 1;

    /// <summary>A list's column of paths; none: the usual one.</summary>
    public string? PathColumn { get; private init; }

    /// <summary>A list's column of classes; none: the usual one.</summary>
    public string? LabelColumn { get; private init; }

    /// <summary>ImageNet's development kit, for its validation images.</summary>
    public string? Devkit { get; private init; }

    /// <summary>The part of a data set whose annotations have parts; none: not said.</summary>
    public string? Split { get; private init; }

    /// <summary>The classes whose samples are taken; none: all.</summary>
    public IReadOnlyList<string>? Classes { get; private init; }

    /// <summary>Reads a location.</summary>
    /// <exception cref="UserErrorException">An option is unknown or its value is none.</exception>
    public static SourceLocation Parse(string given)
    {
        string text = given;
        int mark = text.LastIndexOf('?');
        // A question mark may be part of a name.
        if (mark < 0 || File.Exists(text) || Directory.Exists(text))
        {
            return new SourceLocation { Path = text };
        }

        var result = new SourceLocation { Path = text[..mark] };
        // What stands behind an address's question mark may be a secret (a signature): it is not repeated.
        text = RemoteFiles.IsRemote(text) ? result.Path : text;
        string? part = null;
        string options = given[(mark + 1)..];
        foreach (string option in options.Split('&'))
        {
            string[] sides = option.Split('=', 2);
            string value = sides.Length == 2 ? sides[1] : "";
            switch (sides[0])
            {
                case "holdout":
                    result = result with { HoldOut = Number(text, option, value) };
                    break;
                case "repeat":
                    result = result with { Repeat = (int)Math.Min(int.MaxValue, Number(text, option, value)) };
                    break;
                case "path" when value.Length > 0:
                    result = result with { PathColumn = value };
                    break;
                case "label" when value.Length > 0:
                    result = result with { LabelColumn = value };
                    break;
                case "devkit" when value.Length > 0:
                    result = result with { Devkit = value };
                    break;
                case "split" when value.Length > 0:
                    result = result with { Split = value };
                    break;
                case "classes" when value.Split(',').All(name => name.Length > 0):
                    result = result with { Classes = value.Split(',') };
                    break;
                case "classes":
                    throw new UserErrorException($"{text}: '{option}': names of classes are wanted, as classes=cat,dog");
                case "split":
                    throw new UserErrorException($"{text}: '{option}': the name of a part is wanted, as split=train");
                case "devkit":
                    throw new UserErrorException($"{text}: '{option}': the folder of ILSVRC2012_devkit_t12 or its .tar.gz is wanted");
                case "path" or "label":
                    throw new UserErrorException($"{text}: '{option}': the name of a column is wanted");
                case "part" when value is "train" or "holdout":
                    part = value;
                    break;
                case "part":
                    throw new UserErrorException($"{text}: '{option}': part is train or holdout");
                default:
                    throw new UserErrorException($"{text}: unknown option '{sides[0]}'; known are {string.Join(", ", s_options)}");
            }
        }

        if (part is null != result.HoldOut is null)
        {
            throw new UserErrorException($"{text}: holdout and part belong together: '?holdout=5000&part=train' is all but 5000 samples, '?holdout=5000&part=holdout' those 5000");
        }

        return result with { HeldOutPart = part == "holdout" };
    }

    private static long Number(string text, string option, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0
            ? number
            : throw new UserErrorException($"{text}: '{option}': a whole number from 1 is wanted");
}
