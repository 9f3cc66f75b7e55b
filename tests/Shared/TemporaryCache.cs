namespace StreamTrainer.Tests;

/// <summary>A cache folder of this test process: nothing is left in the user's, and nothing behind.</summary>
public static class TemporaryCache
{
    /// <summary>The folder; deleted at the process's end.</summary>
    public static string Path { get; } = Make();

    private static string Make()
    {
        string path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"streamtrainer-cache-{Environment.ProcessId}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        };
        return path;
    }
}
