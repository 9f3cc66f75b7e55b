namespace StreamTrainer.Pipeline.Files;

/// <summary>
/// Where things are kept that can be made again: offset indexes of tar files, the demo's images. Everything in it may be
/// deleted at any time.
/// </summary>
public static class DataCache
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "STREAMTRAINER_CACHE";

    /// <summary>
    /// The folder: <see cref="Variable"/> where it is set, else <c>$XDG_CACHE_HOME/streamtrainer</c>, else
    /// <c>~/.cache/streamtrainer</c> (on Windows the local application data). Made by whoever writes into it.
    /// </summary>
    public static string Root
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            {
                return Path.GetFullPath(named);
            }

            string parent = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } cache
                    ? cache
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(parent, "streamtrainer");
        }
    }

    /// <summary>A file of the cache; its folder need not be there yet.</summary>
    /// <param name="kind">What it is: the name of a sub-folder.</param>
    /// <param name="name">The file's name.</param>
    public static string File(string kind, string name) => Path.Combine(Root, kind, name);
}
