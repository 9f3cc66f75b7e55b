using System.Text.Json.Serialization;
using StreamTrainer.Model.Architectures;

namespace StreamTrainer.Host.Models;

/// <summary>An architecture in figures: what <c>models --json</c> prints of it.</summary>
/// <param name="Name">timm's name.</param>
/// <param name="Parameters">Trained numbers.</param>
/// <param name="Macs">Multiply-adds of one image.</param>
/// <param name="Activations">Output elements of convolutions, linear layers and the products of attention.</param>
/// <param name="Resolution">Side of the image that these are counted for.</param>
internal sealed record ModelFacts(string Name, long Parameters, long Macs, long Activations, int Resolution)
{
    /// <summary>Side of the training image it is made for.</summary>
    public required int TrainSize { get; init; }

    /// <summary>Side of its test image.</summary>
    public required int TestSize { get; init; }

    /// <summary>The crop percentage of the test image.</summary>
    public required double CropPct { get; init; }

    /// <summary>Filter of its resize.</summary>
    public required string Interpolation { get; init; }

    /// <summary>Mean of the channels, for pixels in 0..1.</summary>
    public required IReadOnlyList<double> Mean { get; init; }

    /// <summary>Standard deviation of the channels.</summary>
    public required IReadOnlyList<double> Std { get; init; }

    /// <summary>What the paper has beside it; none: it is not in Table 4.</summary>
    public PaperComparison? Paper { get; init; }

    /// <summary>Counts an architecture, for 1000 classes.</summary>
    /// <param name="name">Which.</param>
    /// <param name="size">Side of the image it is counted for; null: Table 4's, which stands beside it only then.</param>
    public static ModelFacts Of(string name, int? size = null)
    {
        ModelConfig config = ModelRegistry.ConfigOf(name);
        using ImageClassifier model = ModelRegistry.CreateUnfilled(new ModelOptions { Name = name }, config.NumClasses);
        ModelCost cost = model.CostAt(size ?? config.CostSize ?? config.InputSize);
        return new ModelFacts(name, cost.Parameters, cost.Macs, cost.Activations, cost.Side)
        {
            TrainSize = config.InputSize,
            TestSize = config.TestInputSize ?? config.InputSize,
            CropPct = config.TestCropPct ?? config.CropPct,
            Interpolation = config.Interpolation.ToString().ToLowerInvariant(),
            Mean = config.Mean,
            Std = config.Std,
            Paper = size is null && PaperTables.Table4Of(name) is { } row ? PaperComparison.Of(row, cost) : null,
        };
    }
}

/// <summary>Table 4's figures and how far ours are from them; timm and the table round and count differently.</summary>
/// <param name="Architecture">The paper's name.</param>
/// <param name="ParamsMillion">Its parameters, in millions.</param>
/// <param name="ParamsDifference">Ours over its, less one.</param>
/// <param name="MacsBillion">Its multiply-adds, in 10^9.</param>
/// <param name="MacsDifference">Ours over its, less one.</param>
internal sealed record PaperComparison(string Architecture, double ParamsMillion, double ParamsDifference, double MacsBillion, double MacsDifference)
{
    /// <summary>Whether they agree as far as two ways of rounding and counting do: parameters within 3 %, multiply-adds within 6 % or 0.1 G.</summary>
    [JsonIgnore]
    public bool Agrees => Math.Abs(ParamsDifference) <= 0.03 && (Math.Abs(MacsDifference) <= 0.06 || Math.Abs(MacsDifference) * MacsBillion <= 0.1);

    /// <summary>Compares.</summary>
    public static PaperComparison Of(PaperRow row, ModelCost cost) => new(
        row.Architecture, row.ParamsMillion, cost.Parameters / 1e6 / row.ParamsMillion - 1, row.MacsBillion, cost.Macs / 1e9 / row.MacsBillion - 1);
}
