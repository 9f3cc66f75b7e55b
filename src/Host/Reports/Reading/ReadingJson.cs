using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>JSON of what a report reads, generated at build.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(EvaluationEntry[]))]
[JsonSerializable(typeof(SweepFile))]
internal sealed partial class ReadingJson : JsonSerializerContext;
