using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Commands;

namespace StreamTrainer.Host.Doctor;

/// <summary>A training step of ResNet-50 in a process of its own: the fault that is looked for ends it.</summary>
internal static class ConvolutionCheck
{
    /// <summary>What to do where it fails.</summary>
    public const string Advice = "libtorch's convolutions do not work on this machine; try with ONEDNN_MAX_CPU_ISA=AVX2 set, and please report it with this output";

    // How a shell and .NET report a death by signal.
    private const int DeadBySignal = 128;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2), s_rest = TimeSpan.FromSeconds(5);

    private static readonly Dictionary<int, string> s_signals = new()
    {
        [4] = "SIGILL: an instruction that this processor does not know",
        [6] = "SIGABRT",
        [7] = "SIGBUS",
        [8] = "SIGFPE: a division by zero",
        [9] = "SIGKILL: perhaps for want of memory",
        [11] = "SIGSEGV",
    };

    /// <summary>Tries it.</summary>
    public static DoctorCheck Run()
    {
        using Process process = Process.Start(Command())!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"a training step of ResNet-50 was not done in {s_patience.TotalSeconds:F0} s"));
        }

        // What inherited the pipes could hold them open for ever.
        Task.WaitAll([output, error], s_rest);
        return Judge(process.ExitCode, Text(output), Text(error));
        static string Text(Task<string> task) => task.IsCompletedSuccessfully ? task.Result.Trim() : "";
    }

    /// <summary>What the process's end means.</summary>
    internal static DoctorCheck Judge(int exitCode, string output, string error)
    {
        if (exitCode == ExitCodes.Success)
        {
            return new DoctorCheck("", CheckState.Ok, output);
        }

        string reason = exitCode > DeadBySignal && s_signals.TryGetValue(exitCode - DeadBySignal, out string? signal)
            ? $"died of {signal}"
            : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}{(error.Length == 0 ? "" : $": {error.Split('\n')[0]}")}");
        return new DoctorCheck("", CheckState.Failed, $"a training step of ResNet-50 {reason}", Advice);
    }

    // Under `dotnet streamtrainer.dll` and in a test the running program is another one.
    private static ProcessStartInfo Command()
    {
        string own = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "streamtrainer.exe" : "streamtrainer");
        string[] arguments = ["doctor", "--probe", ConvolutionProbe.Name];
        var start = File.Exists(own)
            ? new ProcessStartInfo(own, arguments)
            : new ProcessStartInfo(Environment.ProcessPath!, [typeof(ConvolutionCheck).Assembly.Location, .. arguments]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        return start;
    }
}
