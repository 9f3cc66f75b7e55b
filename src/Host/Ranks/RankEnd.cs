using StreamTrainer.Host.Commands.Native;

namespace StreamTrainer.Host.Ranks;

/// <summary>The end of a process whose training thread waits in an exchange that nobody will come to.</summary>
internal static class RankEnd
{
    /// <summary>How long the launcher has to end this process.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Ends all ranks through the launcher, and this one in any case.</summary>
    /// <param name="abort">Asks the launcher; it may never come back.</param>
    /// <param name="code">The exit code.</param>
    public static void All(Action<int> abort, int code)
    {
        new Thread(() => abort(code)) { Name = "abort", IsBackground = true }.Start();
        Thread.Sleep(s_patience);
        Now(code);
    }

    /// <summary>Ends this process without waiting for its threads.</summary>
    public static void Now(int code)
    {
        Console.Error.Flush();
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            LibC.ExitNow(code);
        }

        Environment.Exit(code);
    }
}
