using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Evaluations;

/// <summary>A figure that was published of released weights.</summary>
/// <param name="Set">val, real or v2.</param>
/// <param name="Resolution">Side of the test image.</param>
/// <param name="CropPct">Crop percentage.</param>
/// <param name="Top1">Top-1, in percent.</param>
internal sealed record ReleasedFigure(string Set, int Resolution, double CropPct, double Top1);

/// <summary>Weights that timm publishes.</summary>
/// <param name="Procedure">a1, a2 or a3.</param>
/// <param name="Name">Their name on the hub.</param>
/// <param name="Figures">What they reach.</param>
internal sealed record ReleasedModel(string Procedure, string Name, ReleasedFigure[] Figures);

/// <summary>The ResNet-50 weights of the paper's three procedures, as they are in the program.</summary>
/// <param name="Citation">Where the figures are from.</param>
/// <param name="Models">One a procedure.</param>
internal sealed record ReleasedWeights(string Citation, ReleasedModel[] Models)
{
    private static readonly Lazy<ReleasedWeights> s_all = new(() =>
    {
        using Stream stream = typeof(ReleasedWeights).Assembly.GetManifestResourceStream("released.json")!;
        return JsonSerializer.Deserialize(stream, ReleasedWeightsJson.Default.ReleasedWeights)!;
    });

    /// <summary>All of them.</summary>
    public static ReleasedWeights All => s_all.Value;
}

/// <summary>Its JSON, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReleasedWeights))]
internal sealed partial class ReleasedWeightsJson : JsonSerializerContext;
