using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Evaluations;

/// <summary>JSON of evaluations, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(int[][]))]
[JsonSerializable(typeof(EvaluationRow[]))]
internal sealed partial class EvaluationJson : JsonSerializerContext;
