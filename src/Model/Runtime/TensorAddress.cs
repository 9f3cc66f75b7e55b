using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Runtime;

/// <summary>Where a tensor's first element lies, on whatever device: TorchSharp tells it of the CPU's only.</summary>
internal static partial class TensorAddress
{
    /// <summary>The address; the tensor must stay alive while it is used.</summary>
    public static nint Of(Tensor tensor) => Data(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);
}
