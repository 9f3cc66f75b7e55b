using System.Text.Json;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Reports.Reading;

/// <summary>What a sweep is made of: <c>sweep.json</c> in its folder. Its runs lie beside that folder.</summary>
internal sealed record SweepFile
{
    /// <summary>The file's name.</summary>
    public const string Name = "sweep.json";

    private const int Known = 1;

    /// <summary>Version of the file's layout.</summary>
    public int Format { get; init; }

    /// <summary>What the sweep is called.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("name")]
    public string Title { get; init; } = "";

    /// <summary>The YAML file that it was made from.</summary>
    public string File { get; init; } = "";

    /// <summary>The recipe that its runs change.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>The command that makes its runs.</summary>
    public string Command { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTime? Created { get; init; }

    /// <summary>Its runs.</summary>
    public IReadOnlyList<SweepCell> Cells { get; init; } = [];

    /// <summary>Reads a sweep's folder.</summary>
    /// <exception cref="UserErrorException">The file is damaged, or of another version.</exception>
    public static SweepFile Read(string folder)
    {
        string file = Path.Combine(folder, Name);
        try
        {
            SweepFile sweep = JsonSerializer.Deserialize(System.IO.File.ReadAllBytes(file), ReadingJson.Default.SweepFile) ?? throw new JsonException("it is empty");
            return sweep.Format == Known && sweep.Cells is not null && sweep.Cells.All(cell => cell is { Id.Length: > 0 })
                ? sweep
                : throw new JsonException(sweep.Format == Known ? "a cell has no id" : $"it is of format {sweep.Format}, and this program knows {Known}");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"'{file}' cannot be read ({error.Message}); make it anew with the sweep's command, or name its runs themselves", error);
        }
    }
}

/// <summary>A run of a sweep.</summary>
internal sealed record SweepCell
{
    /// <summary>The run's name.</summary>
    public string Id { get; init; } = "";

    /// <summary>What it sets in the recipe: key and value.</summary>
    public IReadOnlyDictionary<string, JsonElement> Set { get; init; } = new Dictionary<string, JsonElement>();
}
