using System.Diagnostics;
using System.Globalization;
using StreamTrainer.Host.Commands;

namespace StreamTrainer.Host.Doctor;

/// <summary>A training step of ResNet-50 in a process of its own: the fault that is looked for ends it.</summary>
internal static class ConvolutionCheck
{
    /// <summary>What to do where it fails.</summary>
    public const string Advice = "libtorch's convolutions do not work on this machine; try with ONEDNN_MAX_CPU_ISA=AVX2 set, and please report it with this output";

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2), s_rest = TimeSpan.FromSeconds(5);

    /// <summary>Tries it.</summary>
    public static DoctorCheck Run()
    {
        using Process process = Process.Start(OwnProgram.Start("doctor", "--probe", ConvolutionProbe.Name))!;
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

        return new DoctorCheck("", CheckState.Failed, $"a training step of ResNet-50 {ProcessEnd.Text(exitCode, error)}", Advice);
    }
}
