using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Model.Training;

/// <summary>JSON of a checkpoint's small files, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainProgress))]
[JsonSerializable(typeof(SortedDictionary<string, CheckpointFile>))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
