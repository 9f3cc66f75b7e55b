using System.Text.Json.Nodes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>The content of <c>sweep.json</c>: which runs a sweep has.</summary>
public sealed record SweepManifest
{
    /// <summary>Version of the layout that this program writes, and the latest that it reads.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Version of the layout.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The sweep's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The sweep's file, as it was named.</summary>
    public string File { get; init; } = "";

    /// <summary>The recipe below all cells, a path as the file's; null where each cell names its own.</summary>
    public string? Recipe { get; init; }

    /// <summary>The command that made it.</summary>
    public string Command { get; init; } = "";

    /// <summary>When, UTC.</summary>
    public DateTime Created { get; init; }

    /// <summary>The runs.</summary>
    public IReadOnlyList<SweepManifestCell> Cells { get; init; } = [];
}

/// <summary>A run of a sweep.</summary>
/// <param name="Id">The run's name.</param>
/// <param name="Set">What it sets: recipe keys and values; <c>recipe</c> and <c>model</c> name another recipe and model.</param>
public sealed record SweepManifestCell(string Id, JsonObject Set);
