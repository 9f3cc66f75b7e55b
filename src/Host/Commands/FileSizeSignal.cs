using System.Runtime.InteropServices;

namespace StreamTrainer.Host.Commands;

/// <summary>
/// Batch systems limit the size of files (RLIMIT_FSIZE), and the kernel ends a process that writes beyond: SIGXFSZ. Once it is
/// handled, the write fails with an error instead, and a checkpoint too large is told like a full disk.
/// </summary>
internal static class FileSizeSignal
{
    // The same number on Linux (x86-64, arm64) and macOS; .NET has no name for it.
    private const PosixSignal Exceeded = (PosixSignal)25;

    // .NET asks its handlers on a thread of its own, some time after the write has failed; one that was taken back by then would let
    // the signal end a process that has told its error already. So it is kept as long as the process.
    private static readonly PosixSignalRegistration? s_registration =
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create(Exceeded, context => context.Cancel = true) : null;

    /// <summary>Handles the signal from now on; nothing where the system has none.</summary>
    public static void Handle() => GC.KeepAlive(s_registration);
}
