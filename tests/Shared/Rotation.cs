using System.Diagnostics;
using System.Globalization;

namespace StreamTrainer.Tests;

/// <summary>
/// Which of the long tests this commit runs: another part with each commit, so that all have run after some. What is to run is
/// a pure function of the commit and the test's name; <c>STREAMTRAINER_TESTS=full</c> runs everything.
/// </summary>
public static class Rotation
{
    private static readonly Lazy<uint> s_commit = new(Commit);

    /// <summary>Whether a test's turn has come.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="parts">It comes once in so many commits.</param>
    public static bool Takes(string name, int parts) => TestPaths.Full || ((uint)NumberFormula.Hash(name) + s_commit.Value) % parts == 0;

    private static uint Commit()
    {
        try
        {
            using Process git = Process.Start(new ProcessStartInfo("git", ["-C", TestPaths.Repository, "rev-parse", "HEAD"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            string answer = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return uint.TryParse(answer.AsSpan(0, Math.Min(8, answer.Length)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint commit) ? commit : 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No git: always the same part.
            return 0;
        }
    }
}
