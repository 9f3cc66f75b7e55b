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

/// <summary>The paper's tables that the program itself uses, as they are in it (<c>paper.json</c>).</summary>
internal static class PaperTables
{
    private static readonly Lazy<PaperFile> s_file = new(Read);

    /// <summary>Table 3: what each architecture took with each procedure, in its order.</summary>
    public static IReadOnlyList<PaperTraining> Table3 => s_file.Value.Table3;

    /// <summary>Table 4: what each architecture is and how fast, in its order.</summary>
    public static IReadOnlyList<PaperRow> Table4 => s_file.Value.Table4;

    /// <summary>Where a table is from.</summary>
    /// <param name="table">3 or 4.</param>
    public static string Citation(int table) =>
        string.Create(CultureInfo.InvariantCulture, $"{s_file.Value.Citation}, table {table} ({(table == 3 ? s_file.Value.About3 : s_file.Value.About4)}).");

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
/// <param name="About3">What Table 3 is of.</param>
/// <param name="Table3">Its rows.</param>
/// <param name="About4">What Table 4 is of.</param>
/// <param name="Table4">Its rows.</param>
internal sealed record PaperFile(string Citation, string About3, PaperTraining[] Table3, string About4, PaperRow[] Table4);

/// <summary>Its JSON, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PaperFile))]
internal sealed partial class PaperJson : JsonSerializerContext;
