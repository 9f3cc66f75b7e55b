using System.Runtime.InteropServices;

namespace StreamTrainer.Host.Service.Launch.Native;

/// <summary>posix_spawn (POSIX.1-2017, with POSIX_SPAWN_SETSID of 2024), waitpid and kill of the C library.</summary>
internal static unsafe partial class PosixSpawn
{
    /// <summary>SIGTERM.</summary>
    public const int Terminate = 15;

    /// <summary>SIGKILL.</summary>
    public const int Kill = 9;

    private const short SetSignalDefaults = 0x04, SetSignalMask = 0x08;
    private const int ReadOnly = 0, WriteOnly = 1, NoHang = 1, NoChild = 10;

    // Larger than any C library's: glibc has 80 bytes for the actions, 336 for the attributes, 128 for a set of signals.
    private const int Opaque = 1024;

    private static readonly short s_setSession = (short)(OperatingSystem.IsMacOS() ? 0x400 : 0x80);
    private static readonly int s_append = OperatingSystem.IsMacOS() ? 0x8 | 0x200 : 0x400 | 0x40;

    /// <summary>Starts a program in a new session, its input empty, its output and errors appended to a file, its signals as a fresh
    /// process has them.</summary>
    /// <returns>0, or the error's number.</returns>
    public static int Start(IReadOnlyList<string> words, IReadOnlyList<string> environment, string output, out int id)
    {
        byte* actions = stackalloc byte[Opaque], attributes = stackalloc byte[Opaque], signals = stackalloc byte[Opaque];
        id = 0;
        int error = InitActions(actions);
        if (error != 0)
        {
            return error;
        }

        try
        {
            error = InitAttributes(attributes);
            if (error != 0)
            {
                return error;
            }

            try
            {
                // What this process ignores or blocks, as a server and as .NET does, is not the child's.
                _ = FillSet(signals);
                error = SetDefaults(attributes, signals);
                _ = EmptySet(signals);
                error = error != 0 ? error : SetMask(attributes, signals);
                error = error != 0 ? error : SetFlags(attributes, (short)(SetSignalDefaults | SetSignalMask | s_setSession));
                error = error != 0 ? error : AddOpen(actions, 0, "/dev/null", ReadOnly, 0);
                error = error != 0 ? error : AddOpen(actions, 1, output, WriteOnly | s_append, 0x1A4);
                error = error != 0 ? error : AddDup(actions, 1, 2);
                return error != 0 ? error : Spawn(out id, words[0], actions, attributes, [.. words, null], [.. environment, null]);
            }
            finally
            {
                _ = DestroyAttributes(attributes);
            }
        }
        finally
        {
            _ = DestroyActions(actions);
        }
    }

    /// <summary>Looks whether a child has ended, and reaps it.</summary>
    /// <param name="id">The process.</param>
    /// <param name="code">Its exit code; 128 and the signal where one killed it.</param>
    public static Waited Wait(int id, out int code)
    {
        code = 0;
        int result = WaitFor(id, out int status, NoHang);
        if (result == 0)
        {
            return Waited.Running;
        }

        if (result < 0)
        {
            return Marshal.GetLastPInvokeError() == NoChild ? Waited.NotOurs : Waited.Running;
        }

        // WIFEXITED and WTERMSIG, which are the same on all systems that there are.
        code = (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);
        return Waited.Ended;
    }

    /// <summary>Sends a signal to a process, or with a negative number to a group; whether somebody got it is not told.</summary>
    public static void Signal(int id, int signal) => _ = SendSignal(id, signal);

    /// <summary>An error's number in words.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc", EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Spawn(out int id, string path, byte* actions, byte* attributes, string?[] words, string?[] environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDup(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(byte* signals);

    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    private static partial int WaitFor(int id, out int status, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int id, int signal);
}
