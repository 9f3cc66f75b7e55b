using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using StreamTrainer.Model.Training;

namespace StreamTrainer.Host.Runs;

/// <summary>JSON of a run's small files, generated at build.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(RunSummary))]
[JsonSerializable(typeof(RunEnvironment))]
[JsonSerializable(typeof(MachineFacts))]
[JsonSerializable(typeof(RunLockOwner))]
internal sealed partial class RunJson : JsonSerializerContext
{
    /// <summary>The context in use. It leaves letters and signs as they are: these files are read by people, not put into
    /// web pages.</summary>
    public static RunJson Files { get; } =
        new(new JsonSerializerOptions
        {
            WriteIndented = true,
            NewLine = "\n",
            PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new RunStateConverter() },
        });
}

/// <summary>A run's state as <c>completed</c> and the like.</summary>
internal sealed class RunStateConverter() : JsonStringEnumConverter<RunState>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
