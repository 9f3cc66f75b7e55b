using StreamTrainer.Pipeline.Batching;
using TorchSharp;
using static TorchSharp.torch;

namespace StreamTrainer.Model.Feed;

/// <summary>
/// Slots of the ring that are tensors: on the CPU a batch is used where the workers wrote it, on CUDA the memory is
/// page-locked, so that the copy to the device needs no bounce buffer.
/// </summary>
public sealed class TensorBatchMemory(Device device) : IBatchMemory
{
    /// <inheritdoc/>
    public BatchBuffer Allocate(long bytes) => new TensorBatchBuffer(bytes, device.type == DeviceType.CUDA);
}
