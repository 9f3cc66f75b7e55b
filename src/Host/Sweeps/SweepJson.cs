using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Host.Sweeps;

/// <summary>JSON of sweeps, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(CellStateConverter)])]
[JsonSerializable(typeof(SweepManifest))]
[JsonSerializable(typeof(SweepReport))]
internal sealed partial class SweepJson : JsonSerializerContext;

/// <summary>A cell's state as <c>completed</c> and the like.</summary>
internal sealed class CellStateConverter() : JsonStringEnumConverter<CellState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
