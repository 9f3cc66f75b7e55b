using System.Globalization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Evaluations;

/// <summary>The resolutions and crops of an evaluation, as the command line writes them.</summary>
internal static class GridOptions
{
    /// <summary>Pixels between the resolutions of a range that says no step: the stride of most networks.</summary>
    public const int DefaultStep = 32;

    private const int MostResolution = 4096;
    private const double LeastCrop = 0.1;

    /// <summary>Reads <c>224</c>, <c>160,224</c>, <c>128..384</c>, <c>128..384:64</c>, or several of them with commas between.</summary>
    /// <exception cref="UserErrorException">It is none of these.</exception>
    public static IReadOnlyList<int> Resolutions(string text)
    {
        var found = new List<int>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] step = part.Split(':'), ends = step[0].Split("..");
            if (step.Length > 2 || ends.Length > 2 || (step.Length == 2 && ends.Length == 1))
            {
                throw Wrong(part);
            }

            int from = Side(part, ends[0]), to = Side(part, ends[^1]), by = step.Length == 2 ? Side(part, step[1]) : DefaultStep;
            if (from > to)
            {
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture, $"--resolutions: {part} goes from {from} down to {to}; write the smaller first"));
            }

            for (int side = from; side <= to; side += by)
            {
                found.Add(side);
            }
        }

        return [.. found.Distinct()];
    }

    /// <summary>Reads <c>0.95</c> or <c>0.875,0.9,0.95,1.0</c>.</summary>
    /// <exception cref="UserErrorException">It is none of these.</exception>
    public static IReadOnlyList<double> Crops(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Crop).Distinct()];

    private static double Crop(string part) =>
        double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double crop) && crop is >= LeastCrop and <= 1
            ? crop
            : throw new UserErrorException($"--crops: '{part}' is no crop percentage; write a share from 0.1 to 1, as 0.95, or several: 0.875,0.9,0.95,1.0");

    private static int Side(string part, string text) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is >= 1 and <= MostResolution ? side : throw Wrong(part);

    private static UserErrorException Wrong(string part) =>
        new($"--resolutions: '{part}' is no resolution; write pixels from 1 to {MostResolution} as 224, several as 160,224, or a range as 128..384 (every {DefaultStep}) or 128..384:64");
}
