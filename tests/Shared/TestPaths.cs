namespace StreamTrainer.Tests;

/// <summary>Where the golden vectors and the real images lie.</summary>
public static class TestPaths
{
    /// <summary>The repository's root: the folder of the solution file, found upwards from the test's own folder.</summary>
    public static string Repository { get; } = FindUp(AppContext.BaseDirectory, "StreamTrainer.sln");

    /// <summary>The golden vectors: <c>STREAMTRAINER_GOLDEN</c>, else the committed copy.</summary>
    public static string Golden { get; } =
        Environment.GetEnvironmentVariable("STREAMTRAINER_GOLDEN") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Repository, "tests", "golden");

    /// <summary>Real images: <c>STREAMTRAINER_DATA</c>, else the folder beside the repository. May be missing.</summary>
    public static string Data { get; } =
        Environment.GetEnvironmentVariable("STREAMTRAINER_DATA") is { Length: > 0 } folder
            ? folder
            : Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));

    /// <summary>Whether <c>STREAMTRAINER_TESTS=full</c> asks for everything.</summary>
    public static bool Full { get; } = Environment.GetEnvironmentVariable("STREAMTRAINER_TESTS") == "full";

    /// <summary>A golden file.</summary>
    public static string GoldenFile(params string[] parts) => Path.Combine([Golden, .. parts]);

    /// <summary>A file of real data; skip the test where it does not exist.</summary>
    public static string DataFile(string name) => Path.Combine(Data, name);

    private static string FindUp(string from, string file)
    {
        for (DirectoryInfo? folder = new(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, file)))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"no {file} in {from} or above");
    }
}
