using System.Diagnostics;

namespace StreamTrainer.Host.Commands;

/// <summary>This program, to be started again as a process of its own: what may crash there ends nothing here.</summary>
internal static class OwnProgram
{
    /// <summary>The command that starts it: under <c>dotnet streamtrainer.dll</c> and in a test the running program is another one.</summary>
    public static IReadOnlyList<string> Command
    {
        get
        {
            string own = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "streamtrainer.exe" : "streamtrainer");
            return File.Exists(own) ? [own] : [Environment.ProcessPath!, typeof(OwnProgram).Assembly.Location];
        }
    }

    /// <summary>How it is started, its output and errors to be read.</summary>
    public static ProcessStartInfo Start(params IEnumerable<string> arguments)
    {
        IReadOnlyList<string> command = Command;
        return new ProcessStartInfo(command[0], [.. command.Skip(1), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
    }
}
