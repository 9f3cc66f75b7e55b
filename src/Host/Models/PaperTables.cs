using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Models;

/// <summary>A row of Table 4 of <i>ResNet strikes back</i> (arXiv 2110.00476): A1 at the paper's resolutions, one V100, batch 128, fp16.</summary>
/// <param name="Architecture">The paper's name.</param>
/// <param name="Name">timm's name.</param>
/// <param name="ParamsMillion">Parameters, in millions.</param>
/// <param name="MacsBillion">Multiply-adds of an image, in 10^9; the paper calls them FLOPs.</param>
/// <param name="V100ImagesPerSecond">Throughput of inference.</param>
/// <param name="PeakMb">Peak memory of inference.</param>
/// <param name="ValTop1">Top-1 on ImageNet, in percent.</param>
/// <param name="RealTop1">On ImageNet-ReaL.</param>
/// <param name="V2Top1">On ImageNet-V2.</param>
internal sealed record PaperRow(
    string Architecture, string Name, double ParamsMillion, double MacsBillion, double V100ImagesPerSecond, double PeakMb, double ValTop1, double RealTop1, double V2Top1);

/// <summary>A row of Table 1: ResNet-50 on four V100s of 32 GB.</summary>
/// <param name="Procedure">A1, A2 or A3.</param>
/// <param name="Epochs">Epochs of ImageNet-1k.</param>
/// <param name="TrainSize">Side of the training images.</param>
/// <param name="Hours">What it took.</param>
/// <param name="Devices">V100s.</param>
/// <param name="PeakMb">Most memory of one.</param>
/// <param name="ValTop1">Top-1 on ImageNet, in percent.</param>
/// <param name="RealTop1">On ImageNet-ReaL.</param>
/// <param name="V2Top1">On ImageNet-V2.</param>
internal sealed record PaperProcedure(string Procedure, int Epochs, int TrainSize, double Hours, int Devices, double PeakMb, double ValTop1, double RealTop1, double V2Top1);

/// <summary>A row of the right half of Table 2: top-1 over seeds, in percent.</summary>
/// <param name="Set">val, real or v2.</param>
/// <param name="Seeds">How many.</param>
/// <param name="Mean">Their mean.</param>
/// <param name="Deviation">Their standard deviation.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Minimum">The least.</param>
/// <param name="First">Seed 0's.</param>
internal sealed record PaperSeeds(string Set, int Seeds, double Mean, double Deviation, double Maximum, double Minimum, double First);

/// <summary>The paper's tables that the program itself uses, as they are in it (<c>paper.json</c>).</summary>
internal static class PaperTables
{
    private static readonly Lazy<PaperFile> s_file = new(Read);

    /// <summary>Table 1: what ResNet-50 took with each procedure, and what came of it.</summary>
    public static IReadOnlyList<PaperProcedure> Table1 => s_file.Value.Table1;

    /// <summary>The right half of Table 2: ResNet-50 with A2 over 100 seeds.</summary>
    public static IReadOnlyList<PaperSeeds> Seeds => s_file.Value.Seeds;

    /// <summary>Table 3: what each architecture took with each procedure, in its order.</summary>
    public static IReadOnlyList<PaperTraining> Table3 => s_file.Value.Table3;

    /// <summary>Table 4: what each architecture is and how fast, in its order.</summary>
    public static IReadOnlyList<PaperRow> Table4 => s_file.Value.Table4;

    /// <summary>Where a table is from.</summary>
    /// <param name="table">1 to 4; 2 is its right half, the seeds.</param>
    public static string Citation(int table)
    {
        PaperFile file = s_file.Value;
        string about = table switch { 1 => file.About1, 2 => file.AboutSeeds, 3 => file.About3, _ => file.About4 };
        return string.Create(CultureInfo.InvariantCulture, $"{file.Citation}, table {table} ({about}).");
    }

    /// <summary>An architecture's row of Table 3; none: the paper has none.</summary>
    public static PaperTraining? Table3Of(string name) => Table3.FirstOrDefault(row => row.Name == name);

    /// <summary>An architecture's row of Table 4; none: the paper has none.</summary>
    public static PaperRow? Table4Of(string name) => Table4.FirstOrDefault(row => row.Name == name);

    private static PaperFile Read()
    {
        using Stream stream = typeof(PaperTables).Assembly.GetManifestResourceStream("paper.json")!;
        return JsonSerializer.Deserialize(stream, PaperJson.Default.PaperFile)!;
    }
}

/// <summary>The file.</summary>
/// <param name="Citation">The paper.</param>
/// <param name="About1">What Table 1 is of.</param>
/// <param name="Table1">Its rows.</param>
/// <param name="AboutSeeds">What the right half of Table 2 is of.</param>
/// <param name="Seeds">Its rows.</param>
/// <param name="About3">What Table 3 is of.</param>
/// <param name="Table3">Its rows.</param>
/// <param name="About4">What Table 4 is of.</param>
/// <param name="Table4">Its rows.</param>
internal sealed record PaperFile(string Citation, string About1, PaperProcedure[] Table1, string AboutSeeds, PaperSeeds[] Seeds, string About3, PaperTraining[] Table3, string About4, PaperRow[] Table4);

/// <summary>Its JSON, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PaperFile))]
internal sealed partial class PaperJson : JsonSerializerContext;
