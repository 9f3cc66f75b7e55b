using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Host.Ranks;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Runs;

/// <summary>JSON of a run's small files, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, Converters = [typeof(RunStateConverter)])]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunEnvironment))]
[JsonSerializable(typeof(MachineFacts))]
[JsonSerializable(typeof(RunLockOwner))]
[JsonSerializable(typeof(RankOrder))]
[JsonSerializable(typeof(RankAddress))]
internal sealed partial class RunJson : JsonSerializerContext;

/// <summary>A run's state as <c>completed</c> and the like.</summary>
internal sealed class RunStateConverter() : JsonStringEnumConverter<RunState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
