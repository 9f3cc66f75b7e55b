using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using StreamTrainer.Pipeline;
using StreamTrainer.Pipeline.Files;

namespace StreamTrainer.Host.Runs;

/// <summary>What a run was started with and on: <c>environment.json</c>. Of the environment's variables only the program's own
/// are kept, as others may hold secrets.</summary>
public sealed record RunEnvironment
{
    private const string OwnVariables = "STREAMTRAINER_";

    private static readonly string[] s_secretWords = ["SECRET", "TOKEN", "PASSWORD", "KEY", "CREDENTIAL", "AUTHORIZATION"];

    /// <summary>Version of this program.</summary>
    public string Version { get; init; } = "";

    /// <summary>The .NET runtime.</summary>
    public string Runtime { get; init; } = "";

    /// <summary>The operating system.</summary>
    public string System { get; init; } = "";

    /// <summary>Versions of the libraries that results depend on; those that could not be found out are left out.</summary>
    public IReadOnlyDictionary<string, string> Libraries { get; init; } = new Dictionary<string, string>();

    /// <summary>What the program was started with.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>The folder that relative paths are seen from.</summary>
    public string WorkingDirectory { get; init; } = "";

    /// <summary>Commit of the recipe's folder; null where it is in no repository.</summary>
    public string? GitCommit { get; init; }

    /// <summary>Whether that repository had changes that were not committed.</summary>
    public bool? GitDirty { get; init; }

    /// <summary>The machine.</summary>
    public MachineFacts Machine { get; init; } = new();

    /// <summary>The variables <c>STREAMTRAINER_*</c>, without those whose names speak of a secret.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>When this was taken down, UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>Takes down what this process runs with.</summary>
    /// <param name="commandLine">What it was started with.</param>
    /// <param name="recipeFolder">The folder whose commit is noted.</param>
    /// <param name="libraries">Whether the libraries are loaded to ask them; without, the run's first process notes them
    /// (<see cref="Complete"/>).</param>
    public static RunEnvironment Capture(IReadOnlyList<string> commandLine, string recipeFolder, bool libraries = true)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        ArgumentNullException.ThrowIfNull(recipeFolder);
        (string Commit, bool Dirty)? git = GitState.Of(recipeFolder);
        return new RunEnvironment
        {
            Version = ProductVersion,
            Runtime = RuntimeInformation.FrameworkDescription,
            System = $"{RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})",
            Libraries = libraries ? LibraryVersions() : new Dictionary<string, string>(),
            CommandLine = [.. commandLine.Select(Redaction.Of)],
            WorkingDirectory = Environment.CurrentDirectory,
            GitCommit = git?.Commit,
            GitDirty = git?.Dirty,
            Machine = MachineFacts.Read(),
            Variables = OwnVariablesNow(),
            Time = DateTime.UtcNow,
        };
    }

    /// <summary>Version of this program.</summary>
    public static string ProductVersion { get; } = InformationalVersion(typeof(RunEnvironment).Assembly);

    /// <summary>Versions of the libraries that results depend on, by name.</summary>
    public static IReadOnlyDictionary<string, string> LibraryVersions()
    {
        Dictionary<string, string> versions = new()
        {
            ["TorchSharp"] = InformationalVersion(typeof(TorchSharp.torch).Assembly),
            ["NetVips"] = InformationalVersion(typeof(NetVips.Image).Assembly),
        };
        Add(versions, "libtorch", () => TorchSharp.torch.__version__);
        Add(versions, "libvips", () => string.Join('.', Enumerable.Range(0, 3).Select(part => NetVips.NetVips.Version(part))));
        return versions;
    }

    /// <summary>Whether a variable is one of the program's own whose name speaks of no secret.</summary>
    internal static bool IsOwnAndPublic(string name) =>
        name.StartsWith(OwnVariables, StringComparison.Ordinal) && !s_secretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Notes libraries and machine of this process for a run that was made by one that loads no libraries; nothing for any
    /// other. A record that cannot be read or written is no reason not to train.</summary>
    public static void Complete(RunDirectory run)
    {
        try
        {
            if (Read(run) is { Libraries.Count: 0 } noted)
            {
                (noted with { Libraries = LibraryVersions(), Machine = MachineFacts.Read() }).Write(run.EnvironmentFile);
            }
        }
        catch (Exception error) when (error is UserErrorException or IOException or UnauthorizedAccessException)
        {
            // What the run came to does not depend on it.
        }
    }

    /// <summary>Writes it.</summary>
    /// <exception cref="IOException">The disk is full or the like.</exception>
    public void Write(string path) => AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(this, RunJson.Default.RunEnvironment));

    /// <summary>Reads a run's.</summary>
    /// <exception cref="UserErrorException">It is missing or damaged.</exception>
    public static RunEnvironment Read(RunDirectory run)
    {
        ArgumentNullException.ThrowIfNull(run);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(run.EnvironmentFile), RunJson.Default.RunEnvironment)!;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"'{run.EnvironmentFile}' cannot be read ({error.Message})", error);
        }
    }

    private static void Add(Dictionary<string, string> versions, string name, Func<string> version)
    {
        try
        {
            versions[name] = version();
        }
        catch (Exception error) when (error is DllNotFoundException or EntryPointNotFoundException or TypeInitializationException or NotSupportedException)
        {
            // A library that does not load is what doctor tells; a record of versions goes without it.
        }
    }

    private static SortedDictionary<string, string> OwnVariablesNow()
    {
        SortedDictionary<string, string> own = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            if (entry is { Key: string name, Value: string value } && IsOwnAndPublic(name))
            {
                own[name] = Redaction.Of(value);
            }
        }

        return own;
    }

    private static string InformationalVersion(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? assembly.GetName().Version?.ToString() ?? "";
}
