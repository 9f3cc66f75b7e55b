using StreamTrainer.Host.Recipes;

namespace StreamTrainer.Host.Sweeps;

/// <summary>A sweep's file, read: which runs there are.</summary>
/// <param name="File">The file, as the user named it.</param>
internal sealed record Sweep(string File)
{
    /// <summary>The sweep's name: the file's, where the file says no other.</summary>
    public string Name { get; init; } = "";

    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The recipe below all cells, a path seen from the sweep's folder; null where each cell names its own.</summary>
    public ScalarNode? Recipe { get; init; }

    /// <summary>What is the same in all cells.</summary>
    public IReadOnlyList<SweepSetting> Fixed { get; init; } = [];

    /// <summary>The runs, in their order.</summary>
    public IReadOnlyList<SweepCell> Cells { get; init; } = [];

    /// <summary>A path that the file names, as it is seen from the current directory.</summary>
    public string PathOf(string named)
    {
        string path = Path.Combine(Path.GetDirectoryName(File) ?? "", named), full = Path.GetFullPath(path);
        // 'configs/a2.yaml' is what 'configs/sweeps/../a2.yaml' says; a path that leads out of the current directory stays as it is.
        return Path.IsPathRooted(path) ? full : Path.GetRelativePath(Environment.CurrentDirectory, full) is var near && !near.StartsWith("..", StringComparison.Ordinal) ? near : path;
    }
}
