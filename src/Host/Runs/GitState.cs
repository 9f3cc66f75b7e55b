using System.ComponentModel;
using System.Diagnostics;

namespace StreamTrainer.Host.Runs;

/// <summary>The commit of a folder, as git tells it.</summary>
internal static class GitState
{
    // A repository on a slow network disk must not hold up a run.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Commit and whether there are changes that were not committed; null where there is no repository or no git.</summary>
    public static (string Commit, bool Dirty)? Of(string folder)
    {
        if (Run(folder, "rev-parse", "HEAD") is not { Length: > 0 } commit)
        {
            return null;
        }

        return (commit, Run(folder, "status", "--porcelain", "--untracked-files=no") is not "");
    }

    private static string? Run(string folder, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("git", ["-C", folder, "--no-optional-locks", .. arguments])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using Process process = Process.Start(start)!;
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }

            return process.ExitCode == 0 ? output.GetAwaiter().GetResult().Trim() : null;
        }
        catch (Exception error) when (error is Win32Exception or IOException or InvalidOperationException)
        {
            return null;
        }
    }
}
