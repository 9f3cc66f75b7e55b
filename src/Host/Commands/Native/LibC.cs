using System.Runtime.InteropServices;

namespace StreamTrainer.Host.Commands.Native;

/// <summary>What .NET has no call for.</summary>
internal static partial class LibC
{
    /// <summary>Ends the process at once, without the C++ destructors that would run beside threads still at work.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void ExitNow(int code);
}
