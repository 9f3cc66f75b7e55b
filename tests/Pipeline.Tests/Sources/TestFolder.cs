using System.Runtime.CompilerServices;
using StreamTrainer.Pipeline.Files;
using StreamTrainer.Tests;

namespace StreamTrainer.Pipeline.Tests.Sources;

/// <summary>A folder of a test's own, gone afterwards.</summary>
public sealed class TestFolder : IDisposable
{
    public TestFolder() => Path = Directory.CreateTempSubdirectory("streamtrainer-").FullName;

    public string Path { get; }

    /// <summary>Tests must neither find nor leave anything in the user's cache.</summary>
    [ModuleInitializer]
    internal static void OwnCache() =>
        Environment.SetEnvironmentVariable(DataCache.Variable, TemporaryCache.Path);

    public string File(string name, ReadOnlySpan<byte> content)
    {
        string path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
