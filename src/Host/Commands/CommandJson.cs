using System.Text.Json.Serialization;
using StreamTrainer.Host.Doctor;
using StreamTrainer.Host.Evaluations;
using StreamTrainer.Host.Models;
using StreamTrainer.Host.Pipelines;
using StreamTrainer.Host.Plans;
using StreamTrainer.Host.Timm;
using StreamTrainer.Pipeline.Shards;

namespace StreamTrainer.Host.Commands;

/// <summary>A class and how likely it is.</summary>
internal sealed record ClassProbability([property: JsonPropertyName("class")] string Name, double Probability);

/// <summary>What <c>predict --json</c> prints of an image.</summary>
internal sealed record ImagePrediction(string Image, IReadOnlyList<ClassProbability> Classes)
{
    /// <summary>Why it could not be classified.</summary>
    public string? Error { get; init; }

    /// <summary>Whether there is no such file, or none that may be read: a mistake of who named it.</summary>
    [JsonIgnore]
    public bool IsNoFile { get; init; }
}

/// <summary>What <c>recipe check --json</c> prints of a recipe.</summary>
internal sealed record RecipeFinding(string Recipe, bool Valid)
{
    /// <summary>What is wrong with it, a line for each error.</summary>
    public string? Error { get; init; }
}

/// <summary>JSON of the commands' answers, generated at build.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(EvaluationAnswer))]
[JsonSerializable(typeof(ReproducedFigure[]))]
[JsonSerializable(typeof(ImagePrediction[]))]
[JsonSerializable(typeof(RecipeFinding[]))]
[JsonSerializable(typeof(ModelFacts[]))]
[JsonSerializable(typeof(BenchResult[]))]
[JsonSerializable(typeof(PipelineBenchReport))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(LeftOut))]
[JsonSerializable(typeof(TimmImport))]
[JsonSerializable(typeof(ExportAnswer))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(PackResult))]
[JsonSerializable(typeof(VerifyResult))]
[JsonSerializable(typeof(UnpackResult))]
[JsonSerializable(typeof(PackInspection))]
[JsonSerializable(typeof(SampleInspection))]
internal sealed partial class CommandJson : JsonSerializerContext;
