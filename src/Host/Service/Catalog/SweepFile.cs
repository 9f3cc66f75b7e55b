using System.Text.Json;
using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Catalog;

/// <summary>A sweep as its folder tells: <c>sweep.json</c>.</summary>
internal sealed record SweepFile
{
    private const string FileName = "sweep.json";
    private const int LongestFile = 32 << 20;

    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web);

    /// <summary>The file's version.</summary>
    public int Format { get; init; }

    /// <summary>The sweep's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its recipe.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTime Created { get; init; }

    /// <summary>Its runs.</summary>
    public IReadOnlyList<SweepCell> Cells { get; init; } = [];

    /// <summary>All sweeps in the folder of runs, by their folders.</summary>
    public static IEnumerable<(string Id, SweepFile Sweep)> All(ServicePaths paths) => Directory.EnumerateDirectories(paths.Runs)
        .Select(folder => Path.GetFileName(folder)!)
        .Select(id => (id, Sweep: Find(paths, id))).Where(found => found.Sweep is not null).Select(found => (found.id, found.Sweep!));

    /// <summary>A sweep by its folder; null where there is none, or what lies there is none.</summary>
    public static SweepFile? Find(ServicePaths paths, string id)
    {
        if (!RunDirectory.IsId(id))
        {
            return null;
        }

        string path = Path.Combine(paths.Runs, id, FileName);
        try
        {
            return File.Exists(path) && new FileInfo(path).Length <= LongestFile ? JsonSerializer.Deserialize<SweepFile>(File.ReadAllBytes(path), s_options) : null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A run of a sweep.</summary>
/// <param name="Id">The run's name.</param>
/// <param name="Set">What it sets of the recipe's keys.</param>
internal sealed record SweepCell(string Id, IReadOnlyDictionary<string, JsonElement> Set);
