using System.Text.Json;
using StreamTrainer.Model.Architectures;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Transforms;

namespace StreamTrainer.Host.Hub;

/// <summary>A model of the hub as timm publishes it: <c>config.json</c> says what it is, beside its weights.</summary>
/// <param name="Weights">The file of weights.</param>
/// <param name="Config">Architecture, classes and how images are to be made.</param>
/// <param name="ClassNames">The classes by name, where they are told.</param>
internal sealed record HubModel(string Weights, ModelConfig Config, IReadOnlyList<string>? ClassNames)
{
    private static readonly string[] s_files = ["model.safetensors", "pytorch_model.bin"];

    /// <summary>Fetches one.</summary>
    /// <exception cref="UserErrorException">It cannot be had, or is of an architecture that is not known here.</exception>
    public static HubModel Fetch(HubRepository repository, HubSettings settings, Action<string> note)
    {
        using var hub = new HuggingFaceHub(settings, note);
        string how = settings.Offline ? "; HF_HUB_OFFLINE forbids to fetch it" : "";
        string config = hub.Fetch(repository, "config.json") ?? throw new UserErrorException($"{repository}: it has no config.json, so it is no model of timm's{how}");
        (ModelConfig own, IReadOnlyList<string>? names) = Read(config, repository.ToString());
        string weights = s_files.Select(file => hub.Fetch(repository, file)).FirstOrDefault(path => path is not null)
            ?? throw new UserErrorException($"{repository}: it has neither {string.Join(" nor ", s_files)}{how}");
        return new HubModel(weights, own, names);
    }

    /// <summary>Reads timm's config.json; what it leaves out is the architecture's.</summary>
    internal static (ModelConfig Config, IReadOnlyList<string>? ClassNames) Read(string file, string name)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            JsonElement root = document.RootElement;
            // Old files have all of it at the root.
            JsonElement data = root.TryGetProperty("pretrained_cfg", out JsonElement inner) ? inner : root;
            string architecture = root.GetProperty("architecture").GetString()!;
            if (!ModelRegistry.Names.Contains(architecture))
            {
                throw new UserErrorException($"{name}: it is a '{architecture}', which is not among the architectures here ('streamtrainer models' lists them)");
            }

            ModelConfig known = ModelRegistry.ConfigOf(architecture);
            ModelConfig config = known with
            {
                NumClasses = Value(root, "num_classes") is { } classes ? classes.GetInt32() : Value(data, "num_classes")?.GetInt32() ?? known.NumClasses,
                InputSize = Side(data, "input_size") ?? known.InputSize,
                TestInputSize = Side(data, "test_input_size"),
                CropPct = Value(data, "crop_pct")?.GetDouble() ?? known.CropPct,
                TestCropPct = Value(data, "test_crop_pct")?.GetDouble(),
                Mean = Value(data, "mean") is { } mean ? [.. mean.EnumerateArray().Select(value => value.GetDouble())] : known.Mean,
                Std = Value(data, "std") is { } std ? [.. std.EnumerateArray().Select(value => value.GetDouble())] : known.Std,
                Interpolation = Value(data, "interpolation") is { } filter && Enum.TryParse(filter.GetString(), ignoreCase: true, out Interpolation interpolation) ? interpolation : known.Interpolation,
            };
            JsonElement? labels = Value(root, "label_names") ?? Value(data, "label_names") ?? Value(data, "labels");
            return (config, labels is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray().Select(label => label.ToString())] : null);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException($"{name}: its config.json is not timm's: {error.Message}", error);
        }
    }

    private static JsonElement? Value(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined) ? value : null;

    private static int? Side(JsonElement element, string name) => Value(element, name) is { } size ? size[size.GetArrayLength() - 1].GetInt32() : null;
}
