using System.Diagnostics;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Perf.Harness;

/// <summary>Builds a peer that is written in C.</summary>
internal static class CompiledPeer
{
    /// <summary>Compiles a file of <c>perf/peers</c> with gcc at its highest usual level, for this very processor.</summary>
    /// <param name="source">The file's name.</param>
    /// <param name="library">A library that it needs.</param>
    /// <param name="package">Debian's package of that library.</param>
    /// <returns>The program, beside this one.</returns>
    /// <exception cref="UserErrorException">The compiler or the library is missing.</exception>
    public static string Build(string source, string library, string package)
    {
        string program = Path.Combine(AppContext.BaseDirectory, Path.GetFileNameWithoutExtension(source));
        var start = new ProcessStartInfo("gcc", ["-O3", "-march=native", "-o", program, Path.Combine(PerfData.Repository, "perf", "peers", source), $"-l{library}"])
        {
            RedirectStandardError = true,
        };
        try
        {
            using Process compiler = Process.Start(start)!;
            string errors = compiler.StandardError.ReadToEnd();
            compiler.WaitForExit();
            return compiler.ExitCode == 0
                ? program
                : throw new UserErrorException($"{source}: cannot be compiled; install {package}\n{errors}");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new UserErrorException($"{source}: there is no gcc to compile it; install gcc and {package}", error);
        }
    }
}
