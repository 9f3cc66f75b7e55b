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

    /// <summary>Handles the signal until the result is disposed of; null where the system has none.</summary>
    public static IDisposable? Handle() =>
        OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() ? PosixSignalRegistration.Create(Exceeded, context => context.Cancel = true) : null;
}
