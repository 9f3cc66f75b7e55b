using StreamTrainer.Pipeline;

namespace StreamTrainer.Perf.Harness;

/// <summary>Where the repository and the real images lie.</summary>
internal static class PerfData
{
    /// <summary>The folder of the solution file.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>A file of the data folder: <c>STREAMTRAINER_DATA</c>, else <c>../shared/data</c> beside the repository.</summary>
    /// <exception cref="UserErrorException">It is not there.</exception>
    public static string File(string name)
    {
        string folder = Environment.GetEnvironmentVariable("STREAMTRAINER_DATA") is { Length: > 0 } named
            ? named
            : Path.GetFullPath(Path.Combine(Repository, "..", "shared", "data"));
        string path = Path.Combine(folder, name);
        return System.IO.File.Exists(path)
            ? path
            : throw new UserErrorException($"{path}: missing; set STREAMTRAINER_DATA to the folder that holds {name}");
    }

    private static string FindRepository()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (System.IO.File.Exists(Path.Combine(folder.FullName, "StreamTrainer.sln")))
            {
                return folder.FullName;
            }
        }

        return Environment.CurrentDirectory;
    }
}
