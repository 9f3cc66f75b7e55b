using System.Globalization;
using System.Text.RegularExpressions;
using StreamTrainer.Host.Recipes;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Plans;

/// <summary>A device that hours can be told for without having it.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="MemoryGb">Its memory, in 10^9 bytes.</param>
/// <param name="MixedImagesPerSecond">ResNet-50 trained in mixed precision on one, at 224 px.</param>
/// <param name="FullImagesPerSecond">The same in fp32, on an A100 in tf32.</param>
internal sealed record KnownDevice(string Name, double MemoryGb, double MixedImagesPerSecond, double FullImagesPerSecond)
{
    /// <summary>The paper's: Table 3 is of it.</summary>
    public static KnownDevice Paper { get; } = new("V100-32GB", 34.4, 1156, 356);

    /// <summary>All. What others do beside the paper's is NVIDIA's ResNet-50 v1.5 for PyTorch on one device of a DGX (DeepLearningExamples,
    /// PyTorch/Classification/ConvNets/resnet50v1.5, "Training performance results", container 21.03).</summary>
    public static IReadOnlyList<KnownDevice> All { get; } = [Paper, new("V100-16GB", 17.2, 1200, 367), new("A100-80GB", 85.9, 2470, 938)];

    /// <summary>How much longer one takes than the paper's did.</summary>
    /// <param name="mixed">Whether it trains in mixed precision, as the paper.</param>
    public double TimeOverPaper(bool mixed) => Paper.MixedImagesPerSecond / (mixed ? MixedImagesPerSecond : FullImagesPerSecond);
}

/// <summary>What <c>--devices</c> was given: how many of which.</summary>
/// <param name="Count">How many, each a rank.</param>
/// <param name="Known">Which; null: ones like this machine's, to be measured.</param>
internal sealed partial record PlannedDevices(int Count, KnownDevice? Known)
{
    /// <summary>The name of this machine's device.</summary>
    public const string Measured = "measured";

    private const int Most = 65536;

    /// <summary>The names that there are.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. KnownDevice.All.Select(device => device.Name), Measured];

    /// <summary>Reads <c>4xV100-32GB</c>, <c>V100-32GB</c> (one), <c>measured</c>.</summary>
    /// <exception cref="UserErrorException">There is no such device.</exception>
    public static PlannedDevices Parse(string text)
    {
        Match match = Form().Match(text);
        string name = match.Success ? match.Groups["name"].Value : text;
        int count = 1;
        if (match.Groups["count"].Success && (!int.TryParse(match.Groups["count"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out count) || count is < 1 or > Most))
        {
            throw new UserErrorException($"--devices: '{match.Groups["count"].Value}' devices is not 1 to {Most}");
        }

        if (name.Equals(Measured, StringComparison.OrdinalIgnoreCase))
        {
            return new PlannedDevices(count, null);
        }

        if (KnownDevice.All.FirstOrDefault(device => device.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } known)
        {
            return new PlannedDevices(count, known);
        }

        string nearest = NearestName.Question(name, Names);
        throw new UserErrorException($"--devices: there is no '{name}'{(nearest.Length > 0 ? nearest : ";")} there are {string.Join(", ", Names)}, each also with a number in front, as 4xV100-32GB");
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Count} x {Known?.Name ?? Measured}");

    [GeneratedRegex("^(?:(?<count>[0-9]+) ?[x×] ?)?(?<name>.+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
