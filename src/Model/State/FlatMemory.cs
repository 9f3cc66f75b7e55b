using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.State;

/// <summary>A contiguous CPU tensor's memory, for kernels. The tensor must stay alive meanwhile.</summary>
internal static unsafe class FlatMemory
{
    /// <summary>Whether kernels can work on the tensor: contiguous fp32 or fp64 in the CPU's memory.</summary>
    public static bool IsReachable(Tensor flat) =>
        flat.device_type == DeviceType.CPU && flat.dtype is ScalarType.Float32 or ScalarType.Float64 && flat.is_contiguous();

    /// <summary>The first element.</summary>
    public static T* Pointer<T>(Tensor flat)
        where T : unmanaged
    {
        if (flat.numel() == 0)
        {
            return null;
        }

        // A span of the first element alone: a span's length is an int, a flat tensor's may be more.
        using Tensor first = flat.as_strided([1], [1], flat.storage_offset());
        return (T*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(first.bytes));
    }
}
