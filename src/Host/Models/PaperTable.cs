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

/// <summary>The table.</summary>
/// <param name="Citation">Where it is from.</param>
/// <param name="Rows">Its rows, in its order.</param>
internal sealed record PaperTable(string Citation, PaperRow[] Rows)
{
    private static readonly Lazy<PaperTable> s_table = new(Read);

    /// <summary>The table, as it is in the program.</summary>
    public static PaperTable Table4 => s_table.Value;

    /// <summary>The row of an architecture; none: the paper has none.</summary>
    public static PaperRow? RowOf(string name) => Array.Find(Table4.Rows, row => row.Name == name);

    private static PaperTable Read()
    {
        using Stream stream = typeof(PaperTable).Assembly.GetManifestResourceStream("table4.json")!;
        return JsonSerializer.Deserialize(stream, PaperTableJson.Default.PaperTable)!;
    }
}

/// <summary>Its JSON, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PaperTable))]
internal sealed partial class PaperTableJson : JsonSerializerContext;
