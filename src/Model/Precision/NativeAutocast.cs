using System.Runtime.InteropServices;

namespace StreamTrainer.Model.Precision;

/// <summary>libtorch's autocast, which TorchSharp does not show: <c>at::autocast</c> of ATen/autocast_mode.h. Its state is the
/// thread's.</summary>
internal static partial class NativeAutocast
{
    private const string Library = "torch_cpu";

    private static readonly Lazy<bool> s_available = new(Probe);

    /// <summary>Whether this system's libtorch has these functions under these names: compilers of another kind name them otherwise.</summary>
    public static bool IsAvailable => s_available.Value;

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE")]
    [return: MarshalAs(UnmanagedType.U1)]
    public static partial bool IsEnabled(sbyte device);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    public static partial void SetEnabled(sbyte device, [MarshalAs(UnmanagedType.U1)] bool enabled);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast18get_autocast_dtypeEN3c1010DeviceTypeE")]
    public static partial sbyte GetType(sbyte device);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    public static partial void SetType(sbyte device, sbyte type);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17increment_nestingEv")]
    public static partial int IncrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast17decrement_nestingEv")]
    public static partial int DecrementNesting();

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    public static partial void ClearCache();

    private static bool Probe()
    {
        try
        {
            _ = IsEnabled(0);
            return true;
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }
}
