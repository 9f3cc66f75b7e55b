using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>A score of a run's weights on a test set, as <c>eval</c> keeps it in the run's <c>evaluations/evaluation.json</c>.</summary>
internal sealed record EvaluationEntry
{
    /// <summary>The test set: <c>val</c>, <c>real</c>, <c>v2</c> or another name.</summary>
    public string Set { get; init; } = "";

    /// <summary>Side of the test image.</summary>
    public int Resolution { get; init; }

    /// <summary>The crop percentage, as a share.</summary>
    public double CropPct { get; init; }

    /// <summary>Test-time augmentation.</summary>
    public JsonElement Tta { get; init; }

    /// <summary>Which weights: <c>best</c>, <c>last</c> or a step.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Images counted.</summary>
    public long Count { get; init; }

    /// <summary>Share of images whose class came first.</summary>
    public double Top1 { get; init; }

    /// <summary>Lower end of its interval.</summary>
    public double? Top1Low { get; init; }

    /// <summary>Upper end of its interval.</summary>
    public double? Top1High { get; init; }

    /// <summary>Share of images whose class came among the first five.</summary>
    public double? Top5 { get; init; }

    /// <summary>Mean cross-entropy.</summary>
    public double? Loss { get; init; }

    /// <summary>Expected calibration error.</summary>
    public double? Ece { get; init; }

    /// <summary>What must agree for two sets' scores to be of the same model, seen in the same way.</summary>
    [JsonIgnore]
    public EvaluationCondition Condition => new(Resolution, CropPct, TtaName, Weights);

    private string TtaName => Tta.ValueKind switch
    {
        JsonValueKind.String => Tta.GetString()!,
        JsonValueKind.True => "flip",
        _ => "none",
    };

    /// <summary>All scores of a run; none where nothing was scored.</summary>
    /// <exception cref="UserErrorException">The file is damaged.</exception>
    public static IReadOnlyList<EvaluationEntry> Read(string run)
    {
        string file = Path.Combine(run, "evaluations", "evaluation.json");
        if (!File.Exists(file))
        {
            return [];
        }

        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), ReadingJson.Default.EvaluationEntryArray) ?? [];
        }
        catch (JsonException error)
        {
            throw new UserErrorException($"'{file}' cannot be read ({error.Message}); score the run again with eval", error);
        }
    }
}

/// <summary>How something was scored.</summary>
/// <param name="Resolution">Side of the test image.</param>
/// <param name="CropPct">The crop percentage, as a share.</param>
/// <param name="Tta">Test-time augmentation.</param>
/// <param name="Weights">Which weights.</param>
internal sealed record EvaluationCondition(int Resolution, double CropPct, string Tta, string Weights);
