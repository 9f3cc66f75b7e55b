using StreamTrainer.Host.Runs;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>How this program is started once more.</summary>
internal static class OwnProgram
{
    /// <summary>The words before a verb: the executable, or dotnet and the assembly.</summary>
    public static IReadOnlyList<string> Words { get; } = Find();

    /// <summary>The words that go on with a run, or begin it.</summary>
    public static IEnumerable<string> Resume(RunDirectory run) => [.. Words, "resume", Path.GetFullPath(run.Path), "--quiet"];

    /// <summary>A program by name, as a shell finds it; null where there is none.</summary>
    public static string? Find(string program) => program.Contains('/', StringComparison.Ordinal)
        ? (File.Exists(program) ? Path.GetFullPath(program) : null)
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IReadOnlyList<string> Find()
    {
        string running = Environment.ProcessPath ?? throw new InvalidOperationException("this process does not know its program");
        return Path.GetFileNameWithoutExtension(running) == "dotnet"
            ? [running, Path.Combine(AppContext.BaseDirectory, "streamtrainer.dll")]
            : [running];
    }
}
