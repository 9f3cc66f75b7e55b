using System.Text.Json;
using System.Text.Json.Serialization;

namespace StreamTrainer.Pipeline.Sources;

/// <summary>How lists in JSON are read.</summary>
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class SourceJson : JsonSerializerContext;
