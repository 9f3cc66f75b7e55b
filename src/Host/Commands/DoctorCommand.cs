using System.CommandLine;
using System.Text.Json;
using StreamTrainer.Host.Doctor;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Commands;

/// <summary><c>doctor</c>: whether training can work here.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandOutput output)
    {
        Option<bool> json = SharedOptions.Json("the report");
        Option<string> runs = SharedOptions.Runs("The folder of all runs, to see whether it can be written.");
        // The doctor starts itself with it: what it tries may end the process.
        Option<string?> probe = new("--probe") { Hidden = true };
        var command = new Verb("doctor", """
            Looks at this machine: versions, devices, instruction sets, limits; tries what training needs; ends with a verdict.
            The exit code is 1 where training cannot work.
            """,
            "doctor")
        { json, runs, probe };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(probe) is { } name)
            {
                return name == ConvolutionProbe.Name ? ConvolutionProbe.Run(output.Out) : throw new UserErrorException($"--probe: there is no '{name}'");
            }

            DoctorReport report = DoctorReport.Make(parsed.GetRequiredValue(runs));
            if (parsed.GetValue(json))
            {
                output.Out.WriteLine(JsonSerializer.Serialize(report, CommandJson.Default.DoctorReport));
            }
            else
            {
                report.Write(output.Out);
            }

            return report.Works ? ExitCodes.Success : ExitCodes.Failure;
        });
        return command;
    }
}
