using System.Runtime.InteropServices;

namespace StreamTrainer.Model.Runtime;

/// <summary>The one thing that TorchSharp does not tell of a CUDA device.</summary>
internal static unsafe class CudaDriver
{
    private const int ComputeCapabilityMajorAttribute = 75;

    /// <summary>The driver's library; none: there is no driver.</summary>
    public static nint? Library => NativeLibrary.TryLoad(OperatingSystem.IsWindows() ? "nvcuda.dll" : "libcuda.so.1", out nint handle) ? handle : null;

    /// <summary>The major compute capability of a device; 0 where there is no driver.</summary>
    public static int ComputeCapabilityMajor(int index)
    {
        if (Library is not { } handle
            || !NativeLibrary.TryGetExport(handle, "cuInit", out nint init)
            || !NativeLibrary.TryGetExport(handle, "cuDeviceGetAttribute", out nint getAttribute))
        {
            return 0;
        }

        int value = 0;
        return ((delegate* unmanaged<uint, int>)init)(0) == 0
            && ((delegate* unmanaged<int*, int, int, int>)getAttribute)(&value, ComputeCapabilityMajorAttribute, index) == 0
            ? value
            : 0;
    }

    /// <summary>Bytes of a device's memory that the driver has given away, to anybody, and bytes of all; none: there is no driver.</summary>
    public static (double Used, double Total)? Memory(int index)
    {
        if (Library is not { } handle || !NativeLibrary.TryGetExport(handle, "cuMemGetInfo_v2", out nint getInfo))
        {
            return null;
        }

        // libtorch's current context is that of the device.
        using TorchSharp.torch.Tensor touch = TorchSharp.torch.zeros(1, device: TorchSharp.torch.device(TorchSharp.DeviceType.CUDA, index));
        nuint free, total;
        return ((delegate* unmanaged<nuint*, nuint*, int>)getInfo)(&free, &total) == 0 ? (total - free, total) : null;
    }
}
