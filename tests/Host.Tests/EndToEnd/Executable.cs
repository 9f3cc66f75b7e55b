using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Tests;
using Xunit;

namespace StreamTrainer.Host.Tests.EndToEnd;

/// <summary>The real program, as a process.</summary>
internal sealed class Executable : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private Executable(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
        _error = _process.StandardError.ReadToEndAsync();
    }

    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "streamtrainer.exe" : "streamtrainer");

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Starts it.</summary>
    public static Executable Start(params IEnumerable<string> arguments) => Start(new Dictionary<string, string>(), arguments);

    /// <summary>Starts it with some environment variables.</summary>
    public static Executable Start(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        ProcessStartInfo start = IgnoresInterrupt() ? Info("/usr/bin/env", ["--default-signal=INT", Path, .. arguments]) : Info(Path, arguments);
        return new Executable(With(start, environment));
    }

    /// <summary>Starts it several times, as the ranks of a run; skips the test where there is no launcher.</summary>
    public static Executable StartRanks(int ranks, params IEnumerable<string> arguments) =>
        Launch(["-n", ranks.ToString(CultureInfo.InvariantCulture), Path, .. arguments]);

    /// <summary>The same, with arguments of its own for every rank.</summary>
    public static Executable StartRanks(IReadOnlyList<string[]> arguments) =>
        Launch([.. arguments.SelectMany((own, rank) => (string[])[.. rank == 0 ? [] : (string[])[":"], "-n", "1", Path, .. own])]);

    private static Executable Launch(IEnumerable<string> arguments)
    {
        const string Launcher = "/usr/bin/mpirun";
        Assert.SkipUnless(File.Exists(Launcher), $"there is no {Launcher} (Debian's openmpi-bin)");
        return new(Info(Launcher, ["--allow-run-as-root", "--oversubscribe", .. arguments]));
    }

    /// <summary>Starts it under a shell's limit of the size of files, in blocks of 1,024 bytes. The runtime's own big files in
    /// memory, which would count too, are switched off.</summary>
    public static Executable StartWithFileLimit(int blocks, params IEnumerable<string> arguments) =>
        new(Info("/bin/bash", ["-c", string.Create(CultureInfo.InvariantCulture, $"ulimit -f {blocks}; export DOTNET_EnableWriteXorExecute=0; exec \"$0\" \"$@\""), Path, .. arguments]));

    /// <summary>Runs it as a user whom rights bind; skips the test where that cannot be: root may read everything, and nobody else
    /// can become another.</summary>
    public static (int Code, string Output, string Error) RunUnprivileged(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Run(environment, arguments);
        }

        const string SetPrivileges = "/usr/bin/setpriv";
        Assert.SkipUnless(File.Exists(SetPrivileges), $"rights do not bind root, and there is no {SetPrivileges} to become another user");
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", Path];
        // The program itself may lie where only root can look.
        using (var trial = new Executable(With(Info(SetPrivileges, [.. nobody, "--help"]), environment)))
        {
            Assert.SkipUnless(trial.Wait().Code == 0, "the user nobody cannot run the program where it lies");
        }

        using var program = new Executable(With(Info(SetPrivileges, [.. nobody, .. arguments]), environment));
        return program.Wait();
    }

    /// <summary>Runs it to its end.</summary>
    public static (int Code, string Output, string Error) Run(params IEnumerable<string> arguments)
    {
        using Executable program = Start(arguments);
        return program.Wait();
    }

    /// <summary>The same with some environment variables.</summary>
    public static (int Code, string Output, string Error) Run(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        using Executable program = Start(environment, arguments);
        return program.Wait();
    }

    public (int Code, string Output, string Error) Wait(TimeSpan? longest = null)
    {
        if (!_process.WaitForExit(longest ?? s_longest))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the program did not end: {_error.Result}");
        }

        return (_process.ExitCode, _output.Result, _error.Result);
    }

    /// <summary>Sends a signal by its name.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits until something is there; fails where the program ends before.</summary>
    public void Until(Func<bool> there)
    {
        long start = Stopwatch.GetTimestamp();
        while (!there())
        {
            if (HasExited || Stopwatch.GetElapsedTime(start) > s_longest)
            {
                throw new InvalidOperationException($"it did not come to it: {(HasExited ? _error.Result : "too slow")}");
            }

            Thread.Sleep(10);
        }
    }

    public void Dispose()
    {
        if (!HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    /// <summary>Whether Ctrl-C is ignored here, as it is in what a shell's script starts with &amp;: children inherit it.</summary>
    private static bool IgnoresInterrupt()
    {
        const string Status = "/proc/self/status", Ignored = "SigIgn:";
        string? mask = File.Exists(Status) ? File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal)) : null;
        return mask is not null && (ulong.Parse(mask.AsSpan(Ignored.Length), NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) & 2) != 0;
    }

    private static ProcessStartInfo With(ProcessStartInfo start, IReadOnlyDictionary<string, string> environment)
    {
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static ProcessStartInfo Info(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        start.Environment["STREAMTRAINER_CACHE"] = TemporaryCache.Path;
        return start;
    }
}
