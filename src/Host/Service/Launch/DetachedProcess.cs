using System.Collections;
using StreamTrainer.Host.Runs;
using StreamTrainer.Host.Service.Launch.Native;
using StreamTrainer.Pipeline;

namespace StreamTrainer.Host.Service.Launch;

/// <summary>
/// Processes that outlive this one: in a session and a group of their own, with files for input and output, and no pipe between. .NET's
/// own way to start a process has neither sessions nor files.
/// </summary>
internal static class DetachedProcess
{
    /// <summary>Starts one.</summary>
    /// <param name="words">The program's path and its arguments.</param>
    /// <param name="output">The file that its output and errors are appended to.</param>
    /// <param name="environment">Variables laid over those of this process; null takes one away.</param>
    /// <exception cref="UserErrorException">It cannot be started.</exception>
    public static ProcessIdentity Start(IReadOnlyList<string> words, string output, IReadOnlyDictionary<string, string?> environment)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
        {
            throw new UserErrorException("the service starts runs on Linux and macOS only; start them with 'streamtrainer train', and it shows them");
        }

        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? "";
        }

        foreach ((string name, string? value) in environment)
        {
            if (value is null)
            {
                variables.Remove(name);
            }
            else
            {
                variables[name] = value;
            }
        }

        int error = PosixSpawn.Start(words, [.. variables.Select(pair => $"{pair.Key}={pair.Value}")], output, out int id);
        if (error != 0)
        {
            throw new UserErrorException($"{words[0]} cannot be started: {PosixSpawn.Describe(error)}");
        }

        // One that has ended already has no identity any more; its id is still ours until it is reaped.
        return ProcessIdentity.Of(id) ?? new ProcessIdentity(id, "");
    }

    /// <summary>Whether a process that this one started has ended; with what, where that is known.</summary>
    /// <param name="process">The process.</param>
    /// <param name="code">Its exit code, or 128 and the signal that killed it; null where it was another's child.</param>
    public static bool HasEnded(ProcessIdentity process, out int? code)
    {
        switch (PosixSpawn.Wait(process.Id, out int status))
        {
            case Waited.Running:
                code = null;
                return false;
            case Waited.Ended:
                code = status;
                return true;
            default:
                code = null;
                return !process.IsAlive;
        }
    }

    /// <summary>Asks a process to save its state and end. Nothing where it is gone.</summary>
    public static void Terminate(ProcessIdentity process)
    {
        if (process.IsAlive)
        {
            PosixSpawn.Signal(process.Id, PosixSpawn.Terminate);
        }
    }

    /// <summary>Ends a process, and its group where it leads one, at once. Nothing where it is gone.</summary>
    public static void Kill(ProcessIdentity process)
    {
        if (process.IsAlive)
        {
            PosixSpawn.Signal(-process.Id, PosixSpawn.Kill);
            PosixSpawn.Signal(process.Id, PosixSpawn.Kill);
        }
    }
}
