using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Pipeline.Options;
using StreamTrainer.Pipeline.Transforms;
using StreamTrainer.Pipeline.Transforms.Operations;

namespace StreamTrainer.Host.Preview;

/// <summary>JSON of what was drawn, generated at build; values are written as in a recipe.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(RecipeWord<Interpolation>), typeof(RecipeWord<ErasingMode>), typeof(RecipeWord<OperationMeasure>)])]
[JsonSerializable(typeof(PreviewReport))]
internal sealed partial class PreviewJson : JsonSerializerContext;

/// <summary>A value's name as a recipe has it.</summary>
internal sealed class RecipeWord<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
